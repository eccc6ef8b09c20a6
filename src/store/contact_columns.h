// How a row of `contact` is read. For the sources of Store only.
#pragma once

#include "store/store.h"

namespace mamori::store {

inline constexpr const char* kContactColumns =
    "SELECT id, medium, line, agent, party_sealed, state, started_at, answered_at, ended_at, end_reason, level, categories, "
    "flags, criteria_version, recording, erased_at FROM contact ";

// Of those columns. `keys` null: the party stays sealed.
ContactRow read_contact(const soci::row& row, const Keyring* keys);

}  // namespace mamori::store
