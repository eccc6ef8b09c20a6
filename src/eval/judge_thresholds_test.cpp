#include "eval/judge_thresholds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace mamori::eval {
namespace {

using contact::Category;

TEST(KindWeights, ARareKindCountsMoreAndAllTogetherAsMuchAsTheyAre) {
  std::vector<std::set<Category>> kinds(6);
  for (int i = 0; i < 4; ++i) kinds[static_cast<std::size_t>(i)] = {Category::kThreat};
  kinds[4] = {Category::kThreat, Category::kRepetition};
  const auto w = kind_weights(kinds);
  ASSERT_EQ(w.size(), 6U);
  EXPECT_NEAR(w[4] / w[0], std::pow(5.0, 0.75), 1e-12) << "by its rarest kind, one of them against five";
  EXPECT_NEAR(w[0] + w[1] + w[2] + w[3] + w[4], 5, 1e-12);
  EXPECT_EQ(w[5], 1) << "without a kind";
  EXPECT_TRUE(kind_weights({}).empty());
}

TEST(Thresholds, BestF1LooksAtEveryCutAndCountsWeights) {
  const std::vector<signed char> targets{1, -1, 1, -1};
  EXPECT_DOUBLE_EQ(best_f1({4, 3, 2, 1}, targets, {1, 1, 1, 1}), 2 * 2.0 / (3 + 2)) << "the first three are said";
  EXPECT_DOUBLE_EQ(best_f1({4, 3, 2, 1}, targets, {1, 9, 1, 1}), 2 * 1.0 / (1 + 2)) << "the wrong one weighs nine times: only the first is said";
  EXPECT_DOUBLE_EQ(best_f1({1, 1, 1, 1}, targets, {1, 1, 1, 1}), 2 * 2.0 / (4 + 2)) << "equal scores cannot be told apart";
  EXPECT_EQ(best_f1({}, {}, {}), 0);
  EXPECT_EQ(best_f1({1, 2}, {-1, -1}, {1, 1}), 0);
}

TEST(Thresholds, HalfTheBestF1AsLogOdds) {
  EXPECT_NEAR(f1_threshold(0.8), std::log(0.4 / 0.6), 1e-12);
  EXPECT_NEAR(f1_threshold(1), 0, 1e-12) << "what is always right is said from even odds on";
  EXPECT_NEAR(f1_threshold(0), std::log(0.05 / 0.95), 1e-12) << "and nothing is said of what is all but impossible";
}

// With probabilities that are right, it is the best of all cuts.
TEST(Thresholds, TheRuleFindsTheBestCutOfCalibratedScores) {
  std::vector<double> scores;
  std::vector<signed char> targets;
  for (int step = 1; step < 100; ++step) {  // of 100 samples with this probability so many are yes
    for (int i = 0; i < 100; ++i) {
      const double p = step / 100.0;
      scores.push_back(std::log(p / (1 - p)));
      targets.push_back(i < step ? 1 : -1);
    }
  }
  const std::vector<double> ones(scores.size(), 1);
  const double best = best_f1(scores, targets, ones);
  EXPECT_NEAR(f_beta(scores, targets, f1_threshold(best), 1, ones), best, 1e-3);
}

TEST(Thresholds, NoMoreThanThisShareLiesAbove) {
  std::vector<double> scores;
  for (int i = 0; i < 100; ++i) scores.push_back(i);
  const double t = above(scores, 0.06);
  EXPECT_LE(std::ranges::count_if(scores, [&](double x) { return x >= t; }), 6);
  EXPECT_GE(std::ranges::count_if(scores, [&](double x) { return x >= t; }), 5);
  EXPECT_LT(above({}, 0.06), -1e8);
}

}  // namespace
}  // namespace mamori::eval
