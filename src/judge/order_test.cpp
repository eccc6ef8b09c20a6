#include "judge/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "judge/sequence_train.h"

namespace mamori::judge {
namespace {

// A word written with these letters.
SeenWord word(std::uint64_t id, std::initializer_list<std::uint64_t> letters) {
  SeenWord out{.is = {id, id + 1, 500, 600, 0, 700, 800}};
  std::ranges::copy(letters, out.letters.begin());
  return out;
}

std::unique_ptr<const SequenceModel> network(const std::vector<SeenWord>& words, std::uint32_t seed) {
  std::array<signed char, kOutputs> target{};
  target.fill(1);
  return train_sequence(std::vector<SequenceSample>(40, {&words, &target}), {.epochs = 1}, seed);
}

OrderModel order(const std::vector<SeenWord>& words) { return {network(words, 1), network(seen_letters(words).letters, 2)}; }

TEST(Order, SeesEachLetterWithTheOneBeforeAndItsWord) {
  const std::vector<SeenWord> words{word(10, {1, 2}), word(20, {2}), word(30, {})};
  const auto seen = seen_letters(words);
  ASSERT_EQ(seen.letters.size(), 3U);
  EXPECT_THAT(seen.word, testing::ElementsAre(0, 0, 1));
  EXPECT_EQ(seen.letters[0].letters[0], 1U);
  EXPECT_EQ(seen.letters[1].letters[0], 2U);
  EXPECT_EQ(seen.letters[1].letters[1], 0U);
  EXPECT_EQ(seen.letters[0].is[1], 10U) << "the word, on its first letter";
  EXPECT_EQ(seen.letters[1].is[1], 0U);
  EXPECT_NE(seen.letters[0].is[2], seen.letters[1].is[2]) << "where a word begins is seen";
  EXPECT_NE(seen.letters[1].is[0], seen.letters[2].is[0]) << "the same letter after another";
  for (const auto& l : seen.letters) {
    EXPECT_EQ(l.is[3], 600U);
    EXPECT_EQ(l.is[5], 700U);
    EXPECT_EQ(l.is[6], 800U);
  }
  EXPECT_TRUE(seen_letters({}).letters.empty());
}

TEST(Order, OfMuchTextTheFirstAndTheLastLettersAreSeen) {
  std::vector<SeenWord> words;
  for (std::uint64_t i = 0; i < kMostWords; ++i) words.push_back(word(10, {i + 1, i + 1, i + 1, i + 1, i + 1, i + 1}));
  const auto seen = seen_letters(words);
  ASSERT_EQ(seen.letters.size(), kMostLetters);
  EXPECT_EQ(seen.word.size(), kMostLetters);
  EXPECT_EQ(seen.word.front(), 0U);
  EXPECT_EQ(seen.word[kMostLetters / 2 - 1], kMostLetters / 12 - 1);
  EXPECT_EQ(seen.word.back(), kMostWords - 1);
}

TEST(Order, IsTheMeanOfBothNetworks) {
  const std::vector<SeenWord> words{word(10, {1, 2}), word(20, {3})};
  const auto model = order(words);
  const auto heard = model.read(words);
  EXPECT_NE(heard.by_words.scores, heard.by_letters.scores);
  EXPECT_DOUBLE_EQ(heard.scores[0], (heard.by_words.scores[0] + heard.by_letters.scores[0]) / 2);
  EXPECT_EQ(heard.by_words.scores, model.words().score(words));
  EXPECT_EQ(heard.by_letters.scores, model.letters().score(seen_letters(words).letters));
  EXPECT_EQ(model.score(words), heard.scores);
}

TEST(Order, AWordLeftOutTakesItsLettersAlong) {
  const std::vector<SeenWord> words{word(10, {1, 2}), word(20, {3}), word(30, {4, 5})};
  const auto model = order(words);
  const auto heard = model.read(words);
  EXPECT_EQ(model.without(heard, {false, false, false}), heard.scores);
  EXPECT_EQ(model.without(heard, {true, true, true}), model.score({}));
  auto rest = seen_letters(words).letters;
  rest.erase(rest.begin() + 2);
  EXPECT_EQ(model.without(heard, {false, true, false}), OrderModel::average(model.words().score(std::vector{words[0], words[2]}), model.letters().score(rest)));
}

TEST(Order, ComesBackFromItsBytes) {
  const std::vector<SeenWord> words{word(10, {1, 2}), word(20, {3})};
  const auto bytes = order(words).bytes();
  const auto back = OrderModel::parse(bytes, "test");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(OrderModel::parse((*back)->bytes(), "again").value()->score(words), (*back)->score(words));
  for (const std::size_t n : {std::size_t{0}, std::size_t{3}, std::size_t{4}, bytes.size() / 2, bytes.size() - 1}) {
    const auto cut = OrderModel::parse(std::string_view(bytes).substr(0, n), "cut.bin");
    ASSERT_FALSE(cut) << n;
    EXPECT_THAT(cut.error().message, testing::HasSubstr("cut.bin"));
  }
  EXPECT_FALSE(OrderModel::parse(bytes + "x", "long"));
}

}  // namespace
}  // namespace mamori::judge
