// What a version says, whichever kind it is: reading it, forms and texts of it, and what changed. Pure.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "base/change.h"
#include "base/json.h"
#include "base/toml.h"
#include "judge/criteria.h"
#include "policy/policy.h"
#include "versions/lifecycle.h"

namespace mamori::versions {

// The version's number is the version that judgements and actions name.
std::expected<judge::Criteria, base::Mistake> criteria_of(const store::VersionRow& row);
std::expected<policy::Policy, base::Mistake> policy_of(const store::VersionRow& row);
std::optional<base::Mistake> mistake_in(const store::VersionRow& row);

// A text as its writer wrote it, checked; and what a form needs of it: the structure of the TOML as JSON, defaults filled in,
// and the text laid out by us.
struct Checked {
  base::json::object value;
  std::string text;
};
std::expected<Checked, base::Mistake> check(Kind kind, std::string_view body);
// A form's value (the same structure) as text. Lines of the mistake mean nothing to whoever filled in the form.
std::expected<std::string, base::Mistake> text_of(Kind kind, const base::json::object& value);

std::expected<std::vector<base::Change>, base::Mistake> changes(Kind kind, std::string_view before, std::string_view after);

}  // namespace mamori::versions
