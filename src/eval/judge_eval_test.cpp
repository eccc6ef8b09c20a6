#include "eval/judge_eval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/ids.h"
#include "eval/judge_train.h"

namespace mamori::eval {
namespace {

namespace fs = std::filesystem;
using contact::Category;
using contact::Flag;

judge::LabelledItem item(contact::Level level, std::set<Category> categories, std::string kind = "", std::set<Flag> flags = {}) {
  judge::LabelledItem i;
  i.turns.emplace_back();
  i.turns[0].text = "x";
  i.label.emplace();
  i.label->level = level;
  i.label->categories = std::move(categories);
  i.label->flags = std::move(flags);
  i.label->kind = std::move(kind);
  return i;
}

Prediction says(contact::Level level, std::set<Category> categories = {}, double probability = -1) { return {.level = level, .categories = std::move(categories), .probability = probability}; }

TEST(JudgeReport, CountsWhatWasFoundMissedAndWronglySaid) {
  JudgeReport r;
  r.add(item(3, {Category::kThreat}), says(4, {Category::kThreat, Category::kIntimidation}, 0.9));
  r.add(item(2, {Category::kThreat}), says(0, {}, 0.2));
  r.add(item(1, {}, "quotation"), says(2, {Category::kThreat}, 0.6));
  r.add(item(0, {}, "idiom"), says(0, {}, 0.1));
  EXPECT_DOUBLE_EQ(r.harassment.f1(), 0.5);
  EXPECT_DOUBLE_EQ(r.categories[static_cast<std::size_t>(Category::kThreat)].f1(), 0.5);
  EXPECT_DOUBLE_EQ(r.macro_f1(), 0.5) << "a kind that does not occur is not in the mean";
  EXPECT_DOUBLE_EQ(r.hard_false_alarms(), 0.5);
  EXPECT_DOUBLE_EQ(r.kinds.at("quotation").false_alarm_rate(), 1);
  EXPECT_EQ(r.level_near, 3U);
  // 0.9 true, 0.2 true, 0.6 false, 0.1 false, each alone in its bin.
  EXPECT_NEAR(r.calibration_error(), (0.1 + 0.8 + 0.6 + 0.1) / 4, 1e-9);
}

TEST(JudgeReport, DialoguesAndThoseWhoNeedCare) {
  JudgeReport r;
  auto talk = item(3, {Category::kThreat}, "harassment", {Flag::kDistress});
  talk.dialogue = true;
  talk.label->first_level3_turn = 5;
  auto p = says(3, {Category::kThreat});
  p.first_level3_turn = 6;
  p.act_forbidden = true;
  r.add(talk, p);
  p.first_level3_turn = 9;
  r.add(talk, p);
  EXPECT_EQ(r.turns_known, 2U);
  EXPECT_EQ(r.turns_near, 1U);
  EXPECT_EQ(r.distress_forbidden, 2U);
  EXPECT_EQ(r.grave_without_action, 2U) << "level 3 and nothing proposed";
  EXPECT_EQ(r.messages, 0U);
}

TEST(WordAlert, TakesTheWordForTheDeed) {
  const auto alert = WordAlert::load(std::string(MAMORI_SOURCE_DIR) + "/eval/judge/word_alert.tsv");
  ASSERT_TRUE(alert) << alert.error().message;
  auto quoted = item(0, {}, "quotation");
  quoted.turns[0].text = "隣の人に死ねと言われました";
  EXPECT_EQ(alert->predict(quoted).level, 3);
}

// The shipped judge keeps to what it was measured at, with some room: a change that makes it worse is seen here.
TEST(JudgeEval, TheShippedModelHoldsItsFiguresOnTheDevelopmentPart) {
  const auto judge = judge::Judge::load(judge::JudgeFiles::shipped(MAMORI_SOURCE_DIR));
  ASSERT_TRUE(judge) << judge.error().message;
  ASSERT_NE((*judge)->classifier(), nullptr);
  const auto policy = policy::load_policy(std::string(MAMORI_SOURCE_DIR) + "/data/policy/default.toml");
  ASSERT_TRUE(policy);
  std::ostringstream errors;
  int status = 0;
  const auto items = read_items({std::string(MAMORI_SOURCE_DIR) + "/eval/judge/dev.jsonl"}, errors, status);
  ASSERT_EQ(status, 0) << errors.str();
  const auto r = measure("dev", items, [&](const auto& i) { return predict(i, **judge, *policy); });
  EXPECT_GT(r.harassment.f1(), 0.88);
  EXPECT_GT(r.macro_f1(), 0.74);
  EXPECT_LT(r.hard_false_alarms(), 0.05);
  EXPECT_GT(r.verdict.f1(), 0.90);
  EXPECT_EQ(r.distress_forbidden, 0U);
  EXPECT_EQ(r.grave_without_action, 0U);
  EXPECT_EQ(r.findings_unexplained, 0U);
}

TEST(JudgeTrain, AModelIsTakenOnlyIfTheFiguresDoNotFall) {
  const auto judge = judge::Judge::load(judge::JudgeFiles::shipped(MAMORI_SOURCE_DIR));
  const auto policy = policy::load_policy(std::string(MAMORI_SOURCE_DIR) + "/data/policy/default.toml");
  ASSERT_TRUE(judge && policy);
  const auto folder = fs::temp_directory_path() / ("mamori-train-" + base::random_hex(6));
  fs::create_directories(folder);
  // A little text, and labels that say the contrary of what is so: learned from, it must not be taken.
  const auto wrong = (folder / "wrong.jsonl").string();
  const auto some = (folder / "some.jsonl").string();
  {
    std::ifstream in(std::string(MAMORI_SOURCE_DIR) + "/eval/judge/dev.jsonl");
    std::ofstream out(wrong);
    std::ofstream as_it_is(some);
    int taken = 0;
    for (auto& i : judge::read_labelled(in, [](std::int64_t, const std::string& why) { ADD_FAILURE() << why; })) {
      if (i.dialogue || ++taken > 240) continue;
      if (taken % 3 == 0) as_it_is << base::json::serialize(judge::to_json(i)) << "\n";
      const bool harassing = i.label->level >= 2;
      i.label->level = harassing ? 0 : 4;
      i.label->categories.clear();
      i.label->flags.clear();
      static const std::array<Category, 4> kSome{Category::kThreat, Category::kVerbalAbuse, Category::kRepetition, Category::kDiscrimination};
      if (!harassing) i.label->categories.insert(kSome[i.turns[0].text.size() % kSome.size()]);
      out << base::json::serialize(judge::to_json(i)) << "\n";
    }
  }
  JudgeTrainOptions options;
  options.files = {wrong};
  options.check = {std::string(MAMORI_SOURCE_DIR) + "/eval/judge/dev.jsonl"};
  options.out = (folder / "model.bin").string();
  std::ostringstream out;
  std::ostringstream errors;
  EXPECT_EQ(run_judge_train(options, **judge, *policy, out, errors), 1) << "some kinds are missing";
  EXPECT_THAT(errors.str(), testing::HasSubstr("examples"));
  options.files.push_back(some);
  options.training.folds = 2;
  options.training.least_count = 3;
  EXPECT_EQ(run_judge_train(options, **judge, *policy, out, errors), 3);
  EXPECT_FALSE(fs::exists(options.out));
  EXPECT_THAT(out.str(), testing::HasSubstr("採用しません"));
  options.anyway = true;
  EXPECT_EQ(run_judge_train(options, **judge, *policy, out, errors), 0);
  EXPECT_TRUE(judge::Classifier::load(options.out));
  options.files = {(folder / "nothing.jsonl").string()};
  EXPECT_EQ(run_judge_train(options, **judge, *policy, out, errors), 2);
  fs::remove_all(folder);
}

// What was picked for being hard teaches, but what is probable is not learned from it.
TEST(JudgeTrain, NeitherCalibrationNorThresholdsRestOnWhatWasChosen) {
  const auto judge = judge::Judge::load(judge::JudgeFiles::shipped(MAMORI_SOURCE_DIR));
  ASSERT_TRUE(judge);
  std::ifstream in(std::string(MAMORI_SOURCE_DIR) + "/eval/judge/dev.jsonl");
  auto items = judge::read_labelled(in, [](std::int64_t, const std::string& why) { ADD_FAILURE() << why; });
  std::erase_if(items, [](const auto& i) { return i.dialogue; });
  const auto as_they_are = train_plain(items, **judge);
  ASSERT_TRUE(as_they_are) << as_they_are.error().message;
  EXPECT_NE((*as_they_are)->output(judge::kOutputHarassment).a, 1);
  auto half = items;
  for (std::size_t i = 0; i < half.size(); i += 2) half[i].chosen = true;
  for (auto& i : half) i = *judge::labelled_item(judge::to_json(i));  // it is written and read
  const auto some = train_plain(half, **judge);
  for (auto& i : items) i.chosen = true;
  const auto none = train_plain(items, **judge);
  ASSERT_TRUE(some && none);
  for (int o = 0; o < judge::kOutputs; ++o) {
    EXPECT_EQ((*some)->output(o).bias, (*as_they_are)->output(o).bias) << "learned from all the same: " << o;
    EXPECT_NE((*some)->output(o).b, (*as_they_are)->output(o).b) << o;
    EXPECT_EQ((*none)->output(o).a, 1) << "nothing to calibrate on: " << o;
    EXPECT_EQ((*none)->output(o).b, 0) << o;
    EXPECT_TRUE(std::isfinite((*none)->output(o).threshold)) << o;
  }
}

}  // namespace
}  // namespace mamori::eval
