#include "replay/outcome.h"

#include <algorithm>

#include "flow/live_contact.h"

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
  Again(const store::PastContact& past, const Side& side, const LocalTime& local_time) : row_(past.row), side_(side), local_time_(local_time) {
    state_.medium = row_.medium;
    state_.contacts_on_matter = std::max(1, past.contacts_on_matter);
    if (row_.medium == contact::Medium::kPhone) began_ = row_.answered_at;
  }

  void hear(const store::Entry& e) {
    if (began_ > 0 && e.at > began_) tick(e.at);
    if (e.kind == "utterance") {
      auto u = flow::utterance_from_entry(e);
      u.turn = turn_++;
      const double start = u.start;
      judged(side_.judge->hear(state_, u), e.at, start);
    } else if (e.kind == "spotted") {
      const auto p = flow::spotted_from_entry(e);
      judged(side_.judge->hear(state_, p), e.at, p.start);
    } else if (e.kind == "voice") {
      auto cue = flow::cue_from_json(e.facts);
      judged(side_.judge->hear(state_, cue), e.at, cue.at);
    } else if (flow::is_warning_heard(e)) {
      ++warnings_;
      warning_over_at_ = seconds(e.at);
      side_.judge->warned(state_);
    }
  }

  void tick(base::UnixMillis at) {
    if (began_ == 0 || seconds(at) <= state_.duration) return;
    judged(side_.judge->tick(state_, seconds(at)), at, seconds(at));
  }

  Outcome outcome() && {
    out_.level = state_.assessment.level;
    out_.categories = state_.assessment.categories;
    out_.flags = state_.assessment.flags;
    return std::move(out_);
  }

 private:
  [[nodiscard]] double seconds(base::UnixMillis at) const { return static_cast<double>(at - began_) / 1000.0; }

  void judged(const judge::Step& step, base::UnixMillis at, double phrase_start) {
    if (!step.changed && step.findings.empty()) return;
    const int heeded = phrase_start >= warning_over_at_ ? warnings_ : std::max(0, warnings_ - 1);
    const policy::Situation now{row_.medium, &state_.assessment, heeded, row_.line, side_.judge->criteria().sector, local_time_(at)};
    for (const auto& p : policy::decide(side_.policy, now)) out_.actions.try_emplace(p.kind, Proposed{p.mode, at});
    std::erase_if(out_.actions, [&](const auto& a) { return a.second.mode != ActionMode::kAutomatic && !policy::allowed(now, a.first); });
  }

  const store::ContactRow& row_;
  const Side& side_;
  const LocalTime& local_time_;
  judge::DialogueState state_;
  base::UnixMillis began_ = 0;  // of a call: when it was answered; else 0, and no time passes
  int turn_ = 0;
  int warnings_ = 0;
  double warning_over_at_ = 0;
  Outcome out_;
};

}  // namespace

bool can_be_judged(const store::PastContact& past) {
  return past.row.erased_at == 0 && std::ranges::any_of(past.entries, [](const auto& e) { return e.kind == "utterance" && !e.content_erased; });
}

Outcome judge_again(const store::PastContact& past, const Side& side, const LocalTime& local_time) {
  if (!side.judge) return recorded(past);
  Again again(past, side, local_time);
  for (const auto& e : past.entries) again.hear(e);
  if (past.row.ended_at > 0) again.tick(past.row.ended_at);
  return std::move(again).outcome();
}

}  // namespace mamori::replay
