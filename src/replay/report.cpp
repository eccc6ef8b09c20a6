#include "replay/report.h"

#include <algorithm>
#include <deque>

namespace mamori::replay {

namespace json = base::json;

namespace {

using contact::ActionKind;
using contact::ActionMode;

constexpr base::UnixMillis kHour = 3'600'000;

void count(Pair& pair, bool before, bool after) {
  pair.before += before;
  pair.after += after;
  pair.gained += after && !before;
  pair.lost += before && !after;
}

// Modes are ordered from automatic to advice.
bool more_by_itself(ActionMode a, ActionMode b) { return static_cast<int>(a) < static_cast<int>(b); }

bool same(const Outcome& a, const Outcome& b) {
  return a.level == b.level && a.categories == b.categories && a.flags == b.flags && std::ranges::equal(a.actions, b.actions, [](const auto& x, const auto& y) { return x.first == y.first && x.second.mode == y.second.mode; });
}

void put(json::object& out, const Pair& p) {
  out["before"] = p.before;
  out["after"] = p.after;
  out["gained"] = p.gained;
  out["lost"] = p.lost;
}

json::object outcome_json(const Outcome& o) {
  json::array categories;
  for (const auto c : o.categories) categories.emplace_back(contact::term(c).id);
  json::array flags;
  for (const auto f : o.flags) flags.emplace_back(contact::term(f).id);
  json::array actions;
  for (const auto& [kind, p] : o.actions) actions.push_back(json::object{{"kind", contact::term(kind).id}, {"mode", to_id(p.mode)}});
  return {{"level", o.level}, {"categories", std::move(categories)}, {"flags", std::move(flags)}, {"actions", std::move(actions)}};
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at <= text.size();) {
    const auto colon = std::min(text.find(':', at), text.size());
    out.push_back(text.substr(at, colon - at));
    at = colon + 1;
  }
  return out;
}

bool fits(std::string_view which, bool before, bool after) { return which == "gained" ? after && !before : which == "lost" && before && !after; }

}  // namespace

void Report::add(const store::PastContact& past, Outcome before, Outcome after) {
  ++contacts_;
  ++levels_[static_cast<std::size_t>(before.level)][static_cast<std::size_t>(after.level)];
  count(alerts_, before.alerts(), after.alerts());
  for (std::size_t i = 0; i < categories_.size(); ++i) count(categories_[i], before.categories.contains(static_cast<contact::Category>(i)), after.categories.contains(static_cast<contact::Category>(i)));
  for (std::size_t i = 0; i < flags_.size(); ++i) count(flags_[i], before.flags.contains(static_cast<contact::Flag>(i)), after.flags.contains(static_cast<contact::Flag>(i)));
  for (std::size_t i = 1; i < actions_.size(); ++i) {
    const auto kind = static_cast<ActionKind>(i);
    const auto was = before.actions.find(kind);
    const auto is = after.actions.find(kind);
    const bool had = was != before.actions.end();
    const bool has = is != after.actions.end();
    auto& a = actions_[i];
    count(a, had, has);
    a.automatic_before += had && was->second.mode == ActionMode::kAutomatic;
    a.automatic_after += has && is->second.mode == ActionMode::kAutomatic;
    a.more_automatic += had && has && more_by_itself(is->second.mode, was->second.mode);
    a.less_automatic += had && has && more_by_itself(was->second.mode, is->second.mode);
    if (has && is->second.mode == ActionMode::kAutomatic && policy::touches_the_customer(kind)) automatic_.emplace_back(is->second.at, kind);
  }
  if (same(before, after)) return;
  ++changed_;
  if (differences_.size() >= kMostDifferences) {
    truncated_ = true;
    return;
  }
  differences_.push_back({past.row.id, past.row.started_at, past.row.medium, past.row.line, past.row.agent, std::move(before), std::move(after)});
}

void Report::merge(Report&& other) {
  const auto add = [](Pair& into, const Pair& from) {
    into.before += from.before;
    into.after += from.after;
    into.gained += from.gained;
    into.lost += from.lost;
  };
  contacts_ += other.contacts_;
  unreadable_ += other.unreadable_;
  changed_ += other.changed_;
  truncated_ = truncated_ || other.truncated_;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    for (std::size_t k = 0; k < levels_.size(); ++k) levels_[i][k] += other.levels_[i][k];
  }
  add(alerts_, other.alerts_);
  for (std::size_t i = 0; i < categories_.size(); ++i) add(categories_[i], other.categories_[i]);
  for (std::size_t i = 0; i < flags_.size(); ++i) add(flags_[i], other.flags_[i]);
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    add(actions_[i], other.actions_[i]);
    actions_[i].automatic_before += other.actions_[i].automatic_before;
    actions_[i].automatic_after += other.actions_[i].automatic_after;
    actions_[i].more_automatic += other.actions_[i].more_automatic;
    actions_[i].less_automatic += other.actions_[i].less_automatic;
  }
  std::ranges::move(other.differences_, std::back_inserter(differences_));
  std::ranges::move(other.automatic_, std::back_inserter(automatic_));
}

void Report::finish(const policy::Policy& after) {
  std::ranges::sort(differences_, [](const auto& a, const auto& b) { return a.started_at != b.started_at ? a.started_at > b.started_at : a.contact > b.contact; });
  if (differences_.size() > kMostDifferences) {
    differences_.resize(kMostDifferences);
    truncated_ = true;
  }
  std::ranges::sort(automatic_);
  for (const auto& [kind, limit] : after.most_automatic_an_hour) {
    std::deque<base::UnixMillis> done;  // by itself, in the last hour
    for (const auto& [at, which] : automatic_) {
      if (which != kind) continue;
      while (!done.empty() && at - done.front() >= kHour) done.pop_front();
      if (static_cast<int>(done.size()) < limit)
        done.push_back(at);
      else
        ++actions_[static_cast<std::size_t>(kind)].over_limit;
    }
  }
  automatic_.clear();
}

json::object Report::to_json() const {
  json::array levels;
  for (const auto& row : levels_) {
    json::array line;
    for (const auto n : row) line.emplace_back(n);
    levels.push_back(std::move(line));
  }
  json::object alerts;
  put(alerts, alerts_);
  json::array categories;
  for (std::size_t i = 0; i < categories_.size(); ++i) {
    json::object o{{"id", contact::term(static_cast<contact::Category>(i)).id}};
    put(o, categories_[i]);
    categories.push_back(std::move(o));
  }
  json::array flags;
  for (std::size_t i = 0; i < flags_.size(); ++i) {
    json::object o{{"id", contact::term(static_cast<contact::Flag>(i)).id}};
    put(o, flags_[i]);
    flags.push_back(std::move(o));
  }
  json::array actions;
  for (std::size_t i = 1; i < actions_.size(); ++i) {
    const auto& a = actions_[i];
    json::object o{{"id", contact::term(static_cast<ActionKind>(i)).id}};
    put(o, a);
    o["automatic_before"] = a.automatic_before;
    o["automatic_after"] = a.automatic_after;
    o["more_automatic"] = a.more_automatic;
    o["less_automatic"] = a.less_automatic;
    o["over_limit"] = a.over_limit;
    actions.push_back(std::move(o));
  }
  return {{"contacts", contacts_}, {"unreadable", unreadable_}, {"changed", changed_}, {"truncated", truncated_}, {"levels", std::move(levels)}, {"alerts", std::move(alerts)}, {"categories", std::move(categories)}, {"flags", std::move(flags)}, {"actions", std::move(actions)}};
}

bool stands_behind(const Difference& d, std::string_view what) {
  const auto parts = split(what);
  if (what == "changed") return true;
  if (parts.size() == 2 && parts[0] == "alert") return fits(parts[1], d.before.alerts(), d.after.alerts());
  if (parts.size() != 3) return false;
  if (parts[0] == "level") return parts[1] == std::to_string(d.before.level) && parts[2] == std::to_string(d.after.level);
  if (parts[0] == "category") {
    const auto c = contact::category_from_id(parts[1]);
    return c && fits(parts[2], d.before.categories.contains(*c), d.after.categories.contains(*c));
  }
  if (parts[0] == "flag") {
    const auto f = contact::flag_from_id(parts[1]);
    return f && fits(parts[2], d.before.flags.contains(*f), d.after.flags.contains(*f));
  }
  if (parts[0] != "action") return false;
  const auto a = contact::action_from_id(parts[1]);
  if (!a) return false;
  const auto was = d.before.actions.find(*a);
  const auto is = d.after.actions.find(*a);
  const bool had = was != d.before.actions.end();
  const bool has = is != d.after.actions.end();
  if (parts[2] == "more") return had && has && more_by_itself(is->second.mode, was->second.mode);
  if (parts[2] == "less") return had && has && more_by_itself(was->second.mode, is->second.mode);
  return fits(parts[2], had, has);
}

json::object to_json(const Difference& d) {
  return {{"contact", d.contact}, {"started_at", d.started_at}, {"medium", to_id(d.medium)}, {"line", d.line}, {"agent", d.agent}, {"before", outcome_json(d.before)}, {"after", outcome_json(d.after)}};
}

}  // namespace mamori::replay
