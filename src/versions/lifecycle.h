// The life of a version of criteria or action rules: draft → submitted → approved → in force → superseded, with withdrawn on the way.
// One mechanism for both kinds. Pure: who asks, the time and the row come in; the row as it shall be comes out, and the store
// keeps it (put_version) together with its line in the journal. Errors are for the person who asked, in Japanese
// (api/errors.cpp has the English).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/toml.h"
#include "store/version_row.h"

namespace mamori::versions {

enum class Kind { kCriteria,
                  kPolicy };
std::string_view to_id(Kind kind);
std::optional<Kind> kind_from_id(std::string_view id);

struct Moved {
  store::VersionRow row;
  store::VersionStep step;
};
using Move = base::Result<Moved>;

// A new draft; `number` is the next one of its kind.
Moved create(Kind kind, std::int64_t number, std::string name, std::string body, std::string note, const std::string& by, base::UnixMillis now);
// Only a draft, only by its author: then the reviewer is somebody else than whoever wrote any of it.
Move edit(store::VersionRow row, std::string name, std::string body, std::string note, const std::string& by, base::UnixMillis now);
Move submit(store::VersionRow row, const std::string& by, base::UnixMillis now);
// A submitted one becomes a draft again: by the reviewer with a reason, or by its author.
Move send_back(store::VersionRow row, std::string reason, const std::string& by, base::UnixMillis now);
// By another person than the author; by the author only where `admins` (who can sign in) is 1: then it is marked `alone`.
// `applies_from` earlier than now means at once; at most two years ahead.
Move approve(store::VersionRow row, base::UnixMillis applies_from, std::string note, const std::string& by, int admins, base::UnixMillis now);
// What is not in force yet and will not be.
Move withdraw(store::VersionRow row, std::string reason, const std::string& by, base::UnixMillis now);

// What is to be in force now.
struct Refused {
  std::int64_t number = 0;
  base::Mistake mistake;
};
struct Choice {
  std::int64_t number = 0;       // 0: none of these, what is shipped
  std::vector<Refused> refused;  // its time has come, or it was in force, but it cannot be read (any more)
  std::vector<Moved> moved;      // steps that follow: one into force, others superseded
};
// Approved ones whose time has come, the latest first; then the one in force; then those before it. The first that can be
// read is it. `mistake` says what is wrong with the body of a version (asked for as few as possible).
Choice choose(const std::vector<store::VersionRow>& versions, base::UnixMillis now, const std::function<std::optional<base::Mistake>(const store::VersionRow&)>& mistake);

}  // namespace mamori::versions
