#include "policy/policy.h"

#include <algorithm>
#include <toml++/toml.h>

namespace mamori::policy {
namespace {

using base::ErrorCode;
using contact::ActionKind;
using contact::ActionMode;
using contact::Flag;
using contact::Medium;

bool touches_the_call(ActionKind action) {
  return action == ActionKind::kWarnCaller || action == ActionKind::kSwitchToAnnouncement ||
         action == ActionKind::kHandoverToVoicebot || action == ActionKind::kDisconnect || action == ActionKind::kBlockNumber;
}

bool ends_the_line(ActionKind action) {
  return action == ActionKind::kSwitchToAnnouncement || action == ActionKind::kHandoverToVoicebot || action == ActionKind::kDisconnect;
}

bool fires(const Rule& rule, const Situation& situation) {
  const auto& a = *situation.assessment;
  if (a.level < rule.level || situation.warnings < rule.warnings) return false;
  if (rule.flag && !a.flags.contains(*rule.flag)) return false;
  if (!rule.media.empty() && !rule.media.contains(situation.medium)) return false;
  if (rule.categories.empty()) return true;
  return std::ranges::any_of(rule.categories, [&](auto c) { return a.categories.contains(c); });
}

struct Reader {
  const std::string& name;

  std::unexpected<base::Error> error(const toml::node& node, const std::string& what) const {
    return base::fail(ErrorCode::kInvalidArgument, name + ", line " + std::to_string(node.source().begin.line) + ": " + what);
  }

  base::Result<Rule> rule(const toml::table& table) const {
    static constexpr std::string_view kKnown[] = {"id", "why", "level", "categories", "warnings", "flag", "media", "action", "mode"};
    for (const auto& [key, value] : table) {
      if (std::ranges::find(kKnown, key.str()) == std::end(kKnown)) return error(value, "unknown key \"" + std::string(key.str()) + "\"");
    }
    Rule rule;
    rule.id = table["id"].value_or(std::string{});
    rule.why = table["why"].value_or(std::string{});
    for (const auto* key : {"id", "why", "action", "mode", "flag"}) {
      if (const auto* node = table.get(key); node && !node->is_string()) return error(*node, std::string(key) + " must be text in quotes");
    }
    // A level in quotes read as 0 would let a rule fire on everybody.
    for (const auto* key : {"level", "warnings"}) {
      if (const auto* node = table.get(key); node && !node->is_integer()) return error(*node, std::string(key) + " must be a whole number without quotes");
    }
    rule.level = table["level"].value_or(0);
    rule.warnings = table["warnings"].value_or(0);
    if (rule.id.empty()) return error(table, "a rule needs an id");
    if (rule.level < 0 || rule.level > 4) return error(table, "level must be 0 to 4");
    const auto action = contact::action_from_id(table["action"].value_or(std::string{}));
    if (!action || *action == ActionKind::kNone) return error(table, "rule \"" + rule.id + "\": unknown action");
    rule.action = *action;
    const auto mode = table["mode"].value_or(std::string{});
    if (mode == "automatic")
      rule.mode = ActionMode::kAutomatic;
    else if (mode == "confirm")
      rule.mode = ActionMode::kConfirm;
    else if (mode == "advise")
      rule.mode = ActionMode::kAdvise;
    else
      return error(table, "rule \"" + rule.id + "\": mode must be automatic, confirm or advise");
    if (const auto* flag = table.get("flag")) {
      rule.flag = contact::flag_from_id(flag->value_or(std::string{}));
      if (!rule.flag) return error(*flag, "unknown flag");
    }
    if (const auto* list = table.get("categories")) {
      if (!list->is_array()) return error(*list, "categories must be a list");
      for (const auto& item : *list->as_array()) {
        const auto category = contact::category_from_id(item.value_or(std::string{}));
        if (!category) return error(item, "unknown category");
        rule.categories.insert(*category);
      }
    }
    if (const auto* list = table.get("media")) {
      if (!list->is_array()) return error(*list, "media must be a list");
      for (const auto& item : *list->as_array()) {
        const auto medium = contact::medium_from_id(item.value_or(std::string{}));
        if (!medium) return error(item, "unknown medium");
        rule.media.insert(*medium);
      }
    }
    return rule;
  }

  base::Result<Policy> policy(const toml::table& root) const {
    Policy policy;
    policy.version = root["version"].value_or(std::string{});
    if (policy.version.empty()) return error(root, "version is missing");
    for (const auto& [key, node] : root) {
      if (key != "version" && key != "rule") return error(node, "unknown key \"" + std::string(key.str()) + "\"");
    }
    const auto* rules = root["rule"].as_array();
    if (!rules) return error(root, "there is no [[rule]]");
    std::set<std::string> ids;
    for (const auto& item : *rules) {
      if (!item.is_table()) return error(item, "a rule must be a table");
      auto one = rule(*item.as_table());
      if (!one) return base::fail(one.error());
      if (!ids.insert(one->id).second) return error(item, "the id \"" + one->id + "\" is used twice");
      policy.rules.push_back(std::move(*one));
    }
    return policy;
  }
};

}  // namespace

base::Result<Policy> parse_policy(std::string_view text, const std::string& name) {
  try {
    return Reader{name}.policy(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return base::fail(ErrorCode::kInvalidArgument, name + ", line " + std::to_string(error.source().begin.line) + ": " +
                                                       std::string(error.description()));
  }
}

base::Result<Policy> load_policy(const std::string& path) {
  try {
    return Reader{path}.policy(toml::parse_file(path));
  } catch (const toml::parse_error& error) {
    return base::fail(ErrorCode::kInvalidArgument, path + ", line " + std::to_string(error.source().begin.line) + ": " +
                                                       std::string(error.description()));
  }
}

bool allowed(const Situation& situation, ActionKind action, std::string* reason) {
  const auto no = [&](const char* why) {
    if (reason) *reason = why;
    return false;
  };
  if (touches_the_call(action) && situation.medium != Medium::kPhone) return no("通話ではないため、この対処はできません");
  if (touches_the_call(action) && situation.assessment->flags.contains(Flag::kDistress)) {
    return no("要配慮の方です。警告・切断・着信拒否・案内音声・ボットは使えません");
  }
  if (ends_the_line(action) && situation.assessment->keep_line) {
    return no("人命に関わる内容、または警察に伝える情報が必要なため、この通話は終了できません");
  }
  return true;
}

std::vector<contact::ProposedAction> decide(const Policy& policy, const Situation& situation) {
  std::vector<contact::ProposedAction> out;
  for (const auto& rule : policy.rules) {
    if (!fires(rule, situation) || !allowed(situation, rule.action)) continue;
    const auto same = std::ranges::find(out, rule.action, &contact::ProposedAction::kind);
    if (same == out.end()) {
      out.push_back({rule.action, rule.mode, rule.id});
    } else if (rule.mode < same->mode) {
      *same = {rule.action, rule.mode, rule.id};
    }
  }
  if (out.empty() && situation.assessment->level >= 3) out.push_back({ActionKind::kNotifySupervisor, ActionMode::kAutomatic, "floor"});
  return out;
}

}  // namespace mamori::policy
