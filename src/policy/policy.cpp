#include "policy/policy.h"

#include <algorithm>

namespace mamori::policy {
namespace {

using contact::ActionKind;
using contact::ActionMode;
using contact::Flag;
using contact::Medium;

bool ends_the_line(ActionKind action) {
  return action == ActionKind::kSwitchToAnnouncement || action == ActionKind::kHandoverToVoicebot || action == ActionKind::kDisconnect;
}

bool on_line(const std::set<std::string>& lines, std::string_view line) {
  return std::ranges::any_of(lines, [&](const std::string& l) { return l.ends_with('*') ? line.starts_with(std::string_view(l).substr(0, l.size() - 1)) : line == l; });
}

bool in_hours(const Rule& rule, const LocalTime& at) {
  const auto on = [&](int day) { return rule.days.empty() || rule.days.contains(day); };
  if (rule.hours.empty()) return on(at.weekday);
  return std::ranges::any_of(rule.hours, [&](const Hours& h) {
    if (h.begin < h.end) return at.minute >= h.begin && at.minute < h.end && on(at.weekday);
    return (at.minute >= h.begin && on(at.weekday)) || (at.minute < h.end && on((at.weekday + 6) % 7));
  });
}

bool fires(const Rule& rule, const Situation& situation) {
  const auto& a = *situation.assessment;
  if (a.level < rule.level || situation.warnings < rule.warnings) return false;
  if (rule.flag && !a.flags.contains(*rule.flag)) return false;
  if (!rule.media.empty() && !rule.media.contains(situation.medium)) return false;
  if (!rule.lines.empty() && !on_line(rule.lines, situation.line)) return false;
  if (!rule.sectors.empty() && !rule.sectors.contains(std::string(situation.sector))) return false;
  if ((!rule.hours.empty() || !rule.days.empty()) && (!situation.at || !in_hours(rule, *situation.at))) return false;
  if (rule.categories.empty()) return true;
  return std::ranges::any_of(rule.categories, [&](auto c) { return a.categories.contains(c); });
}

}  // namespace

bool touches_the_customer(ActionKind action) {
  return action == ActionKind::kWarnCaller || action == ActionKind::kSwitchToAnnouncement || action == ActionKind::kHandoverToVoicebot ||
         action == ActionKind::kDisconnect || action == ActionKind::kBlockNumber;
}

bool allowed(const Situation& situation, ActionKind action, std::string* reason) {
  const auto no = [&](const char* why) {
    if (reason) *reason = why;
    return false;
  };
  if (touches_the_customer(action) && situation.medium != Medium::kPhone) return no("通話ではないため、この対処はできません");
  if (touches_the_customer(action) && situation.assessment->flags.contains(Flag::kDistress)) {
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
  for (auto& action : out) {
    const auto limit = policy.most_automatic_an_hour.find(action.kind);
    if (action.mode != ActionMode::kAutomatic || limit == policy.most_automatic_an_hour.end()) continue;
    if (situation.automatic[static_cast<std::size_t>(action.kind)] < limit->second) continue;
    action.mode = ActionMode::kConfirm;
    action.limited = true;
  }
  if (out.empty() && situation.assessment->level >= 3) out.push_back({ActionKind::kNotifySupervisor, ActionMode::kAutomatic, "floor"});
  return out;
}

}  // namespace mamori::policy
