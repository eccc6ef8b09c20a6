#include "judge/sequence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "judge/sequence_train.h"
#include "judge/train.h"
#include "text/normalise.h"
#include "text/tokens.h"

namespace mamori::judge {
namespace {

SeenWord word(std::uint64_t id) { return {.is = {id}}; }

// What is the same words to a sum: output 0 is true where 1 comes before 2, with other words between and around them.
struct World {
  std::vector<std::vector<SeenWord>> words;
  std::vector<std::array<signed char, kOutputs>> targets;
  std::vector<SequenceSample> samples;

  explicit World(int n) {
    std::mt19937 random(11);
    for (int i = 0; i < n; ++i) {
      std::vector<SeenWord> sentence;
      for (int k = 0; k < 6; ++k) sentence.push_back(word(10 + random() % 20));
      const bool yes = random() % 2 == 0;
      sentence[random() % 3] = word(yes ? 1 : 2);
      sentence[3 + random() % 3] = word(yes ? 2 : 1);
      words.push_back(std::move(sentence));
      targets.emplace_back().fill(yes ? 1 : -1);
      targets.back()[1] = 0;  // never known
    }
    for (std::size_t i = 0; i < words.size(); ++i) samples.push_back({&words[i], &targets[i]});
  }
};

TEST(Sequence, LearnsTheOrderOfWords) {
  const World world(1500);
  const auto model = train_sequence({world.samples.begin(), world.samples.begin() + 1200}, {.epochs = 10}, 1);
  int right = 0;
  for (std::size_t i = 1200; i < 1500; ++i) right += (model->score(world.words[i])[0] > 0) == (world.targets[i][0] > 0);
  EXPECT_GT(right, 285) << "of 300; guessing is right in 150";
}

TEST(Sequence, IsTheSameTwiceAndAnotherWithAnotherSeed) {
  const World world(100);
  const SequenceOptions options{.epochs = 1};
  const auto one = train_sequence(world.samples, options, 1)->bytes();
  EXPECT_EQ(one, train_sequence(world.samples, options, 1)->bytes());
  EXPECT_NE(one, train_sequence(world.samples, options, 2)->bytes());
}

TEST(Sequence, ComesBackFromItsBytes) {
  const World world(200);
  const auto model = train_sequence(world.samples, {.epochs = 2}, 1);
  const auto bytes = model->bytes();
  const auto back = SequenceModel::parse(bytes, "test");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ((*back)->size(), model->size());
  EXPECT_NEAR((*back)->score(world.words[0])[0], model->score(world.words[0])[0], 0.01) << "weights are kept in 16 bits";
  EXPECT_EQ(SequenceModel::parse((*back)->bytes(), "again").value()->score(world.words[0]), (*back)->score(world.words[0]));
  for (const std::size_t n : {std::size_t{0}, std::size_t{3}, std::size_t{12}, bytes.size() / 2, bytes.size() - 1}) {
    const auto cut = SequenceModel::parse(std::string_view(bytes).substr(0, n), "cut.bin");
    ASSERT_FALSE(cut) << n;
    EXPECT_THAT(cut.error().message, testing::HasSubstr("cut.bin"));
  }
  EXPECT_FALSE(SequenceModel::parse(bytes + "x", "long"));
}

TEST(Sequence, WordsLeftOutAreAsIfNotSaid) {
  const World world(200);
  const auto model = train_sequence(world.samples, {.epochs = 2}, 1);
  const auto& words = world.words[0];
  const auto heard = model->read(words);
  for (unsigned which = 0; which < 1u << words.size(); ++which) {
    std::vector<bool> left_out(words.size());
    std::vector<SeenWord> rest;
    for (std::size_t i = 0; i < words.size(); ++i) {
      left_out[i] = which >> i & 1;
      if (!left_out[i]) rest.push_back(words[i]);
    }
    EXPECT_EQ(model->without(heard, left_out), model->score(rest)) << which;
  }
}

TEST(Sequence, NoWordsAndUnknownWordsAreNoError) {
  const World world(60);
  const auto model = train_sequence(world.samples, {.epochs = 1}, 1);
  for (const auto score : model->score(std::span<const SeenWord>{})) EXPECT_TRUE(std::isfinite(score));
  const std::vector<SeenWord> unknown(kMostWords, word(987654321));
  for (const auto score : model->score(unknown)) EXPECT_TRUE(std::isfinite(score));
  EXPECT_TRUE(train_sequence({}, {.epochs = 1}, 1)) << "nothing to learn from";
}

// What the network says counts beside the words alone, and is told as one influence.
TEST(Sequence, JoinsTheClassifier) {
  const World world(1200);
  std::vector<TrainingSample> samples;
  for (std::size_t i = 0; i < world.words.size(); ++i) {
    TrainingSample s;
    s.features = {{1, 1.0F}, {2, 1.0F}};
    s.words = world.words[i];
    s.target.fill(world.targets[i][0]);
    s.group = "topic" + std::to_string(i % 7);
    samples.push_back(std::move(s));
  }
  TrainingOptions options;
  options.sequence.epochs = 10;
  const auto trained = train(samples, options);
  ASSERT_TRUE(trained) << trained.error().message;
  int right = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) right += (trained->held_out[i][0] > 0) == (samples[i].target[0] > 0);
  EXPECT_GT(right, 1100) << "of 1200 held out; the words alone are right in 600";
  const auto& c = *trained->classifier;
  const std::vector<Feature> none;
  const auto with = c.score(none, world.words[0])[0];
  EXPECT_EQ(with > 0, world.targets[0][0] > 0);
  EXPECT_GT(std::abs(with - c.score(none)[0]), 1);
  EXPECT_GT(std::abs(c.influence_of_order(c.order()->score(world.words[0]), 0)), 1);
  const auto back = Classifier::parse(c.bytes(), "test");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_NEAR((*back)->score(none, world.words[0])[0], with, 0.1);
}

TEST(Sequence, SeesWordsWithTheirClassQuotesAndLetters) {
  const auto lexicon = Lexicon::parse("[classes]\nfire = [\"火\"]\n", "t");
  ASSERT_TRUE(lexicon);
  const auto tokeniser = text::Tokeniser::open();
  ASSERT_TRUE(tokeniser);
  const auto read = [&](const std::string& text) {
    Reading r;
    r.normal = text::normalise(text);
    r.tokens = (*tokeniser)->split(r.normal.plain);
    return r;
  };
  const auto see = [&](const std::string& text, contact::Medium medium) {
    const auto r = read(text);
    return seen_words(r, medium, (*lexicon)->find(r.normal.folded, r.tokens));
  };
  const auto plain = see("火をつけた", contact::Medium::kPhone);
  ASSERT_GE(plain.size(), 3U);
  EXPECT_EQ(plain[0].is[3], Lexicon::id_of("fire"));
  EXPECT_EQ(plain[1].is[3], 0U);
  EXPECT_NE(plain[0].letters[0], 0U);
  EXPECT_EQ(plain[0].letters[1], 0U);
  const auto quoted = see("「火」と言われた", contact::Medium::kPhone);
  EXPECT_EQ(quoted[1].is[0], plain[0].is[0]);
  EXPECT_NE(quoted[1].is[4], plain[0].is[4]);
  EXPECT_NE(see("火", contact::Medium::kMail)[0].is[5], plain[0].is[5]);
  std::string lot;
  for (int i = 0; i < 900; ++i) lot += i % 2 == 0 ? "火" : "を";
  const auto many = see(lot + "終わり", contact::Medium::kPhone);
  EXPECT_LE(many.size(), kMostWords);
  EXPECT_EQ(many.back().end, read(lot + "終わり").tokens.back().end) << "the end is kept";
}

}  // namespace
}  // namespace mamori::judge
