// The action policy (自動対処ルール): from an assessment to what is to be done. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contact/event.h"

namespace mamori::policy {

struct Rule {
  std::string id;
  std::string why;  // for people, in Japanese
  contact::Level level = 0;
  std::set<contact::Category> categories;  // empty: any
  int warnings = 0;
  std::optional<contact::Flag> flag;
  std::set<contact::Medium> media;  // empty: any
  contact::ActionKind action = contact::ActionKind::kNone;
  contact::ActionMode mode = contact::ActionMode::kConfirm;
};

struct Policy {
  std::string version;
  std::vector<Rule> rules;
};

// Reads a policy file (TOML, see data/policy/default.toml). The error names file, line and reason.
base::Result<Policy> load_policy(const std::string& path);
base::Result<Policy> parse_policy(std::string_view toml, const std::string& name);

struct Situation {
  contact::Medium medium = contact::Medium::kPhone;
  const contact::Assessment* assessment = nullptr;
  int warnings = 0;  // given to the caller so far
};

// True when this action may be taken on this contact at all, by a rule or by a person. Distress forbids warning,
// announcement, voicebot, disconnect and block; keep_line forbids announcement, voicebot and disconnect; actions on a call
// need a call. `reason` (Japanese) says why not.
bool allowed(const Situation& situation, contact::ActionKind action, std::string* reason = nullptr);

// What the rules propose now, each kind of action once, the most automatic mode first found. Never contains a forbidden
// action. At level >= 3 it is never empty: if no rule fires, the supervisor is notified (rule "floor").
std::vector<contact::ProposedAction> decide(const Policy& policy, const Situation& situation);

}  // namespace mamori::policy
