// Criteria and action rules by the name somebody gives them: "in_force", the number of a version, "preset:ID", and, where
// files are allowed (command line), a file. Reads only; thread-safe.
#pragma once

#include <string>

#include "app/config.h"
#include "base/clock.h"
#include "judge/criteria.h"
#include "policy/policy.h"
#include "store/store.h"
#include "versions/lifecycle.h"

namespace mamori::app {

class RuleSource {
 public:
  RuleSource(store::Store& store, const base::Clock& clock, const Config& config, bool files) : store_(store), clock_(clock), config_(config), files_(files) {}

  [[nodiscard]] base::Result<judge::Criteria> criteria(const std::string& name) const;
  [[nodiscard]] base::Result<policy::Policy> policy(const std::string& name) const;

 private:
  // The version that is in force now, if any: the row with its body.
  [[nodiscard]] base::Result<std::optional<store::VersionRow>> in_force(versions::Kind kind) const;
  // By number, or in_force; nothing when the name is neither.
  [[nodiscard]] base::Result<std::optional<store::VersionRow>> kept(versions::Kind kind, const std::string& name) const;

  store::Store& store_;
  const base::Clock& clock_;
  const Config& config_;
  bool files_;
};

}  // namespace mamori::app
