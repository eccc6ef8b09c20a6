// One version of what the organisation decides (criteria, action rules), and one step of its life.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace mamori::store {

struct VersionRow {
  std::string kind;         // criteria, policy
  std::int64_t number = 0;  // from 1, per kind
  std::string name;
  std::string body;  // TOML
  std::string note;  // why, by the author
  std::string author;
  std::string state;  // draft, submitted, approved, in_force, superseded, withdrawn
  std::int64_t step = 0;
  base::UnixMillis created_at = 0;
  base::UnixMillis changed_at = 0;
  base::UnixMillis submitted_at = 0;  // 0: not
  std::string reviewer;
  base::UnixMillis reviewed_at = 0;
  bool alone = false;                 // approved by its author, because there is no second administrator
  base::UnixMillis applies_from = 0;  // of an approved one
  base::UnixMillis in_force_at = 0;
  base::UnixMillis ended_at = 0;  // superseded or withdrawn
};

struct VersionStep {
  std::int64_t step = 0;
  base::UnixMillis at = 0;
  std::string actor;  // user name; "mamori" for what happens by itself
  std::string what;   // created, edited, submitted, sent_back, approved, in_force, superseded, withdrawn
  std::string note;
};

}  // namespace mamori::store
