#include "speech/spotter.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mamori::speech {
namespace {

// A made-up inventory of four phones beside the blank, and rows in which one of them is heard clearly.
class Rows {
 public:
  void say(std::initializer_list<int> phones) {
    for (const int p : phones) add(p);
  }
  void pause(int steps) {
    for (int i = 0; i < steps; ++i) add(0);
  }
  std::vector<Sighting> through(Spotter& spotter) const {
    std::vector<Sighting> seen;
    int step = 0;
    for (const auto& row : rows_) spotter.push(row, step++, seen);
    spotter.finish(seen);
    return seen;
  }

 private:
  void add(int phone) {
    std::vector<float> row(5, std::log(0.02F));
    row[static_cast<std::size_t>(phone)] = std::log(0.92F);
    rows_.push_back(row);
  }
  std::vector<std::vector<float>> rows_;
};

std::shared_ptr<const PhraseList> list(std::vector<std::uint8_t> phones, bool before = false, bool after = false) {
  auto made = std::make_shared<PhraseList>();
  made->phrases.push_back({"x", "threat", std::move(phones), before, after, -0.5F});
  return made;
}

TEST(Spotter, FindsThePhraseOnceAndWhere) {
  Rows rows;
  rows.pause(3);
  rows.say({4, 4, 1, 0, 2, 2, 3, 0, 4});
  rows.pause(20);
  Spotter spotter(list({1, 2, 3}));
  const auto seen = rows.through(spotter);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].begin, 5);
  EXPECT_EQ(seen[0].end, 9);
  EXPECT_GT(Spotter::score(list({1})->phrases[0], seen[0].ratio), 0.8);
}

TEST(Spotter, OtherOrderIsAnotherPhrase) {
  Rows rows;
  rows.say({3, 2, 1, 3, 1});
  rows.pause(20);
  Spotter spotter(list({1, 2, 3}));
  EXPECT_TRUE(rows.through(spotter).empty());
}

TEST(Spotter, APhraseThatAsksForPausesIsNotFoundInsideAWord) {
  Rows inside;
  inside.pause(10);
  inside.say({4, 1, 2, 4});
  inside.pause(10);
  Spotter first(list({1, 2}, true, true));
  EXPECT_TRUE(inside.through(first).empty());

  Rows alone;
  alone.pause(10);
  alone.say({1, 2});
  alone.pause(10);
  Spotter second(list({1, 2}, true, true));
  EXPECT_EQ(alone.through(second).size(), 1U);
}

TEST(Spotter, TheSamePhoneTwiceNeedsABlankBetween) {
  Rows rows;
  rows.say({1, 1, 1, 1});
  rows.pause(12);
  Spotter spotter(list({1, 1}));
  EXPECT_TRUE(rows.through(spotter).empty());
}

TEST(Spotter, TornApartIsNotThePhrase) {
  Rows rows;
  rows.say({1});
  rows.pause(40);
  rows.say({2});
  rows.pause(40);
  rows.say({3});
  rows.pause(12);
  Spotter spotter(list({1, 2, 3}));
  EXPECT_TRUE(rows.through(spotter).empty());
}

}  // namespace
}  // namespace mamori::speech
