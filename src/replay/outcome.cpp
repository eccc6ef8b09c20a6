#include "replay/outcome.h"

#include <algorithm>

#include "flow/live_contact.h"
#include "judge/criteria_text.h"

namespace mamori::replay {
namespace {

using base::get_string;
using contact::ActionKind;
using contact::ActionMode;

// From the row and its proposals, as they are in the journal.
Outcome recorded(const store::PastContact& past) {
  Outcome out;
  out.level = past.row.level;
  for (const auto& id : past.row.categories) {
    if (const auto c = contact::category_from_id(id)) out.categories.insert(*c);
  }
  for (const auto& id : past.row.flags) {
    if (const auto f = contact::flag_from_id(id)) out.flags.insert(*f);
  }
  for (const auto& e : past.entries) {
    if (e.kind != "proposal") continue;
    const auto kind = contact::action_from_id(get_string(e.facts, "action"));
    const auto mode = get_string(e.facts, "mode");
    if (kind) out.actions[*kind] = {mode == "automatic" ? ActionMode::kAutomatic : mode == "advise" ? ActionMode::kAdvise
                                                                                                    : ActionMode::kConfirm,
                                    e.at};
  }
  return out;
}

// The same way as flow/flow.cpp: words to the judge, the assessment to the policy, each action once.
class Again {
 public:
  Again(const store::PastContact& past, const judge::Judge& judge, std::vector<const policy::Policy*> policies, const LocalTime& local_time)
      : row_(past.row), judge_(judge), policies_(std::move(policies)), local_time_(local_time), actions_(policies_.size()) {
    state_.medium = row_.medium;
    state_.contacts_on_matter = past.matter.contacts;
    state_.final_answers_before = past.matter.before.final_answers;
    if (row_.medium == contact::Medium::kPhone) began_ = row_.answered_at;
  }

  void hear(const store::Entry& e) {
    if (began_ > 0 && e.at > began_) tick(e.at);
    if (e.kind == "utterance") {
      auto u = flow::utterance_from_entry(e);
      u.turn = turn_++;
      const double start = u.start;
      judged(judge_.hear(state_, u), e.at, start);
    } else if (e.kind == "spotted") {
      const auto p = flow::spotted_from_entry(e);
      judged(judge_.hear(state_, p), e.at, p.start);
    } else if (flow::is_warning_heard(e)) {
      ++warnings_;
      warning_over_at_ = seconds(e.at);
      judge_.warned(state_);
    }
  }

  void tick(base::UnixMillis at) {
    if (began_ == 0 || seconds(at) <= state_.duration) return;
    judged(judge_.tick(state_, seconds(at)), at, seconds(at));
  }

  // Under the policy of this index.
  Outcome outcome(std::size_t i) { return {state_.assessment.level, state_.assessment.categories, state_.assessment.flags, std::move(actions_[i])}; }

 private:
  [[nodiscard]] double seconds(base::UnixMillis at) const { return static_cast<double>(at - began_) / 1000.0; }

  void judged(const judge::Step& step, base::UnixMillis at, double phrase_start) {
    if (!step.changed && step.findings.empty()) return;
    const int heeded = phrase_start >= warning_over_at_ ? warnings_ : std::max(0, warnings_ - 1);
    const policy::Situation now{row_.medium, &state_.assessment, heeded, row_.line, judge_.criteria().sector, local_time_(at)};
    for (std::size_t i = 0; i < policies_.size(); ++i) {
      for (const auto& p : policy::decide(*policies_[i], now)) actions_[i].try_emplace(p.kind, Proposed{p.mode, at});
      std::erase_if(actions_[i], [&](const auto& a) { return a.second.mode != ActionMode::kAutomatic && !policy::allowed(now, a.first); });
    }
  }

  const store::ContactRow& row_;
  const judge::Judge& judge_;
  std::vector<const policy::Policy*> policies_;
  const LocalTime& local_time_;
  std::vector<std::map<ActionKind, Proposed>> actions_;  // one for each policy
  judge::DialogueState state_;
  base::UnixMillis began_ = 0;  // of a call: when it was answered; else 0, and no time passes
  int turn_ = 0;
  int warnings_ = 0;
  double warning_over_at_ = 0;
};

Again again(const store::PastContact& past, const judge::Judge& judge, std::vector<const policy::Policy*> policies, const LocalTime& local_time) {
  Again out(past, judge, std::move(policies), local_time);
  for (const auto& e : past.entries) out.hear(e);
  if (past.row.ended_at > 0) out.tick(past.row.ended_at);
  return out;
}

}  // namespace

bool can_be_judged(const store::PastContact& past) {
  return past.row.erased_at == 0 && std::ranges::any_of(past.entries, [](const auto& e) { return e.kind == "utterance" && !e.content_erased; });
}

Outcome judge_again(const store::PastContact& past, const Side& side, const LocalTime& local_time) {
  return side.judge ? again(past, *side.judge, {&side.policy}, local_time).outcome(0) : recorded(past);
}

Comparison judge_both(const store::PastContact& past, const Side& before, const Side& after, bool same_judge, const LocalTime& local_time) {
  if (!same_judge) return {judge_again(past, before, local_time), judge_again(past, after, local_time)};
  auto once = again(past, *after.judge, {&before.policy, &after.policy}, local_time);
  return {once.outcome(0), once.outcome(1)};
}

bool same_criteria(const Side& a, const Side& b) {
  if (!a.judge || !b.judge) return false;
  auto left = a.judge->criteria();
  auto right = b.judge->criteria();
  left.version = right.version;
  return judge::to_toml(left) == judge::to_toml(right);
}

}  // namespace mamori::replay
