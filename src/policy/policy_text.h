// Action rules as text that people edit (docs/format/policy.md): reading, writing, comparing. Pure, bounded.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/change.h"
#include "base/toml.h"
#include "policy/policy.h"

namespace mamori::policy {

inline constexpr std::size_t kMostRules = 200;

// `version` is optional here: whoever keeps versions gives it. parse_policy and load_policy ask for one.
std::expected<Policy, base::Mistake> read_policy(std::string_view toml, const std::string& file);

// What read_policy reads back as the same policy.
std::string to_toml(const Policy& policy);

// What a reader has to know when `after` takes the place of `before`. `version` is not compared.
std::vector<base::Change> changes(const Policy& before, const Policy& after);

// "17:15-08:30".
std::string to_text(const Hours& hours);

}  // namespace mamori::policy
