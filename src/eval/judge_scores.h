#pragma once
// What a judge is worth: its predictions beside the labels, counted. Pure.
#include <array>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "contact/event.h"
#include "judge/labelled.h"

namespace mamori::eval {

struct Prediction {
  contact::Level level = 0;
  std::set<contact::Category> categories;
  std::set<contact::Flag> flags;
  std::optional<int> first_level3_turn;
  double probability = -1;     // of harassment, 0..1; below 0: the judge gives none
  bool act_forbidden = false;  // proposes a warning, an announcement, a bot, a cut or a block
  bool acts = false;           // proposes anything
  bool explained = true;       // every finding has span, criterion, basis and what would have lowered it
};

// True and false, found and missed.
struct Confusion {
  std::size_t hit = 0, false_alarm = 0, missed = 0, quiet = 0;
  void add(bool said, bool is);
  [[nodiscard]] double precision() const;
  [[nodiscard]] double recall() const;
  [[nodiscard]] double f1() const;
  [[nodiscard]] double false_alarm_rate() const;
};

struct JudgeReport {
  std::string name;
  std::size_t messages = 0, dialogues = 0;
  Confusion harassment;  // messages
  std::array<Confusion, contact::kCategoryCount> categories;
  std::array<Confusion, contact::kFlagCount> flags;  // messages and dialogues
  std::map<std::string, Confusion> kinds;            // messages by what makes them hard; "" for the others
  std::size_t level_right = 0, level_near = 0;       // messages: exact; within one
  Confusion verdict;                                 // dialogues: harassment or not
  std::array<Confusion, contact::kCategoryCount> dialogue_categories;
  std::size_t turns_known = 0, turns_near = 0;  // first turn of level 3: labelled; found within one turn
  std::size_t distressed = 0, distress_forbidden = 0, distress_seen = 0;
  std::size_t grave = 0, grave_without_action = 0;  // level 3 and above on anything; nothing proposed
  std::size_t findings_unexplained = 0;
  std::vector<std::pair<double, bool>> probabilities;  // messages

  void add(const judge::LabelledItem& item, const Prediction& prediction);
  [[nodiscard]] double macro_f1() const;  // over the categories that occur among the messages
  [[nodiscard]] double dialogue_macro_f1() const;
  // Expected calibration error over ten bins of equal width (Naeini et al. 2015); below 0 without probabilities.
  [[nodiscard]] double calibration_error() const;
  [[nodiscard]] double hard_false_alarms() const;  // messages of level 0 and 1 that have a kind
};

base::json::object to_json(const JudgeReport& report);
// Side by side, one column each.
void print(const std::vector<JudgeReport>& reports, std::ostream& out);

}  // namespace mamori::eval
