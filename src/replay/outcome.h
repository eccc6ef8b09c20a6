// One past contact judged again: what other criteria and other action rules would have made of it. Pure.
//
// What was said, heard and warned is taken from the journal as it was: nobody knows what the caller would have answered to a
// warning that was not given. How it was said is left out: it raises no level (judge_test: the voice alone never does), and what
// is not needed is not read. The hourly limits of the rules hang on other contacts and are looked at in report.h.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "contact/event.h"
#include "judge/judge.h"
#include "policy/policy.h"
#include "store/store.h"

namespace mamori::replay {

struct Proposed {
  contact::ActionMode mode = contact::ActionMode::kConfirm;
  base::UnixMillis at = 0;
  friend bool operator==(const Proposed&, const Proposed&) = default;
};

// What it came to.
struct Outcome {
  contact::Level level = 0;
  std::set<contact::Category> categories;
  std::set<contact::Flag> flags;
  std::map<contact::ActionKind, Proposed> actions;

  [[nodiscard]] bool alerts() const { return actions.contains(contact::ActionKind::kNotifySupervisor); }
};

// One side of a comparison. Without a judge: what was recorded at the time.
struct Side {
  std::shared_ptr<const judge::Judge> judge;
  policy::Policy policy;
};

using LocalTime = std::function<policy::LocalTime(base::UnixMillis)>;

// False when it has no words (any more): erased, or nobody spoke.
bool can_be_judged(const store::PastContact& past);

Outcome judge_again(const store::PastContact& past, const Side& side, const LocalTime& local_time);

struct Comparison {
  Outcome before;
  Outcome after;
};
// Both sides. Where they differ in their rules only (`same_judge`), the words are judged once.
Comparison judge_both(const store::PastContact& past, const Side& before, const Side& after, bool same_judge, const LocalTime& local_time);
// Whether two sides come to the same judgement whatever is said: the same criteria, by their content.
bool same_criteria(const Side& a, const Side& b);

}  // namespace mamori::replay
