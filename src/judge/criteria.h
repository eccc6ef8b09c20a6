// The criteria of one organisation: what it counts, from when on, under which names, with which words of its own. Plain
// values that people edit (docs/format/criteria.md), each version kept for ever: every judgement names the one it rests on.
// The frames (data/frames) say what a kind of harassment sounds like for everybody; the criteria say what this organisation
// makes of it. Reading and writing are pure and thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contact/category.h"

namespace mamori::judge {

// None of these numbers is law; where each comes from: docs/criteria.md.
struct Thresholds {
  double notice_minutes = 30;      // a call this long is worth a look: level 1 (首都高速の運用, 2023). 1..1440
  double candidate_minutes = 60;   // with a request to end before it: prolonged_restraint (CCAJ, 2025). 1..1440
  int same_demand_watch = 2;       // the same demand after so many refusals: level 1. 1..100
  int same_demand_candidate = 3;   // ... repetition, level 2; one more: level 3. 1..100
  int contacts_on_matter = 3;      // so many contacts of one customer in 30 days (CCAJ, 2025), after a final answer: repetition. 1..1000
  int end_requests_candidate = 2;  // going on after so many requests to end: prolonged_restraint 2; one more: 3. 1..100
};

struct CategoryCriteria {
  bool enabled = true;  // off: found and shown as not counted, it raises no level and no alert
  std::string name_ja;  // the organisation's name for it; empty: ours
  std::string name_en;
  // The classifier's probability from which this category is taken without a frame that fits; 0: the model's own calibrated
  // threshold. 0.05..0.99
  double threshold = 0;
  std::string note;  // for the people who read it
};

// A way of saying it that only this organisation knows. Compared after the same normalising as everything else
// (text/normalise.h), so kana, width and spaces do not matter.
struct OwnPhrase {
  std::string text;
  std::string reading;  // kana, for the recogniser's phrase spotting and as a second spelling here; may be empty
  contact::Category category = contact::Category::kVerbalAbuse;
  contact::Level level = 2;  // 2..4
  std::string why;
};

// What would be found but is ordinary here (a product's name, a place). Findings that overlap it do not count.
struct OwnException {
  std::string text;
  std::optional<contact::Category> category;  // absent: any
  std::string why;
};

struct Criteria {
  std::string version;  // "12", or "preset:town_hall"; 1..64 characters of [A-Za-z0-9._:-]
  std::string name;
  std::string sector;  // town_hall, mail_order, hospital, saas, or a word of one's own; may be empty
  Thresholds thresholds;
  std::map<contact::Category, CategoryCriteria> categories;  // absent: the defaults above
  std::vector<OwnPhrase> phrases;                            // at most 2,000
  std::vector<OwnException> exceptions;                      // at most 2,000
};

}  // namespace mamori::judge
