// The action policy (自動対処ルール): from an assessment to what is to be done. Pure.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contact/event.h"

namespace mamori::policy {

// Wall clock where the organisation is; the caller knows it, the policy has no clock.
struct LocalTime {
  int minute = 0;   // of the day, 0..1439
  int weekday = 0;  // 0 Monday … 6 Sunday
};

// From `begin` up to but not including `end`, minutes of the day. begin > end: past midnight; what is after midnight belongs to
// the day on which it began.
struct Hours {
  int begin = 0;
  int end = 1440;
  friend bool operator==(const Hours&, const Hours&) = default;
};

struct Rule {
  std::string id;
  std::string why;  // for people, in Japanese
  contact::Level level = 0;
  std::set<contact::Category> categories;  // empty: any
  int warnings = 0;
  std::optional<contact::Flag> flag;
  std::set<contact::Medium> media;  // empty: any
  std::set<std::string> lines;      // the number or desk that was called; "…*" for all that begin so. Empty: any
  std::vector<Hours> hours;         // empty: any
  std::set<int> days;               // 0 Monday … 6 Sunday; empty: any
  std::set<std::string> sectors;    // as in the criteria; empty: any
  contact::ActionKind action = contact::ActionKind::kNone;
  contact::ActionMode mode = contact::ActionMode::kConfirm;
};

struct Policy {
  std::string version;
  std::vector<Rule> rules;
  // At most so many automatic ones an hour in the whole organisation; what is over it waits for a person. Only for what
  // touches the customer.
  std::map<contact::ActionKind, int> most_automatic_an_hour;
};

// Reads a policy file (TOML, docs/format/policy.md). The error names file, line and reason, in Japanese and English.
base::Result<Policy> load_policy(const std::string& path);
base::Result<Policy> parse_policy(std::string_view toml, const std::string& name);

struct Situation {
  contact::Medium medium = contact::Medium::kPhone;
  const contact::Assessment* assessment = nullptr;
  int warnings = 0;  // given to the caller so far
  std::string_view line = {};
  std::string_view sector = {};
  std::optional<LocalTime> at = {};  // absent: rules with hours or days do not fire
  // Automatic ones in the last hour, by kind of action, whatever the contact.
  std::array<int, contact::kActionKindCount> automatic = {};
};

// Warning, announcement, voicebot, disconnecting, blocking: what the customer notices.
bool touches_the_customer(contact::ActionKind action);

// True when this action may be taken on this contact at all, by a rule or by a person. Distress forbids warning,
// announcement, voicebot, disconnect and block; keep_line forbids announcement, voicebot and disconnect; actions on a call
// need a call. `reason` (Japanese) says why not.
bool allowed(const Situation& situation, contact::ActionKind action, std::string* reason = nullptr);

// What the rules propose now, each kind of action once, the most automatic mode first found; automatic ones beyond the hourly
// limit as confirm, marked `limited`. Never contains a forbidden action. At level >= 3 it is never empty: if no rule fires, the supervisor is notified (rule "floor").
std::vector<contact::ProposedAction> decide(const Policy& policy, const Situation& situation);

}  // namespace mamori::policy
