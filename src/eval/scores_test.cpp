#include "eval/scores.h"

#include <gtest/gtest.h>

namespace mamori::eval {
namespace {

TEST(Scores, CountsTheEditsBetweenTwoTexts) {
  ErrorRate rate;
  rate.add(characters("責任者を出せ"), characters("責任者を、出せ！"));
  EXPECT_EQ(rate.errors, 0U);
  EXPECT_EQ(rate.total, 6U);
  rate.add(characters("せきにんしゃ"), characters("セキニン"));
  EXPECT_EQ(rate.errors, 6U);
  EXPECT_EQ(characters("１２３ abc"), (std::vector<std::string>{"1", "2", "3", "a", "b", "c"}));
  ErrorRate nothing;
  nothing.add({}, characters("ああ"));
  EXPECT_EQ(nothing.errors, 2U);
}

TEST(Scores, AreaUnderTheCurveIsTheShareOfPairsInOrder) {
  EXPECT_DOUBLE_EQ(auc(std::vector{0.9, 0.8}, std::vector{0.1, 0.2}), 1);
  EXPECT_DOUBLE_EQ(auc(std::vector{0.5}, std::vector{0.5, 0.1}), 0.75);
  EXPECT_DOUBLE_EQ(auc({}, std::vector{0.5}), 0.5);
}

TEST(Scores, EqualErrorIsWhereBothErrorsMeet) {
  EXPECT_DOUBLE_EQ(equal_error(std::vector{3.0, 4.0, 5.0}, std::vector{0.0, 1.0, 2.0}).rate, 0);
  const auto half = equal_error(std::vector{1.0, 3.0, 4.0, 5.0}, std::vector{0.0, 0.5, 2.0, 3.5});
  EXPECT_NEAR(half.rate, 0.25, 1e-9);
}

TEST(Scores, CountsGivePrecisionAndRecall) {
  const Counts c{3, 1, 2};
  EXPECT_DOUBLE_EQ(c.precision(), 0.75);
  EXPECT_DOUBLE_EQ(c.recall(), 0.6);
  EXPECT_NEAR(c.f1(), 2 * 0.75 * 0.6 / 1.35, 1e-9);
  EXPECT_DOUBLE_EQ((Counts{0, 1, 1}).f1(), 0);
}

}  // namespace
}  // namespace mamori::eval
