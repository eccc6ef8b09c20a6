#include "judge/classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "judge/lexicon.h"
#include "judge/train.h"
#include "text/normalise.h"

namespace mamori::judge {
namespace {

// A little world: feature 1 says yes, feature 2 says no, 3 says nothing.
std::vector<TrainingSample> samples(int n) {
  std::mt19937 random(5);
  std::vector<TrainingSample> out;
  for (int i = 0; i < n; ++i) {
    const bool yes = i % 3 == 0;
    TrainingSample s;
    s.features.emplace_back(yes ? 1 : 2, 1.0F);
    if (random() % 2 == 0) s.features.emplace_back(3, 1.0F);
    s.features.emplace_back(1000 + static_cast<std::uint64_t>(i), 1.0F);  // seen once
    s.target.fill(yes ? 1 : -1);
    s.group = "topic" + std::to_string(i % 11);
    out.push_back(std::move(s));
  }
  return out;
}

std::vector<Feature> seen(const Classifier& c, std::vector<std::uint64_t> ids) {
  std::vector<Feature> out;
  for (const auto id : ids) out.push_back({id, 1.0F, FeatureKind::kWord, 0, 3, c.index().row(id)});
  return out;
}

TEST(Train, LearnsWhatTellsAndLeavesOutWhatIsSeenOnce) {
  const auto trained = train(samples(200), {});
  ASSERT_TRUE(trained) << trained.error().message;
  const auto& c = *trained->classifier;
  EXPECT_EQ(c.size(), 3U);
  EXPECT_GT(c.score(seen(c, {1}))[0], 2.0);
  EXPECT_LT(c.score(seen(c, {2}))[0], -2.0);
  const auto known = seen(c, {1, 3, 77});
  const auto influences = c.influences(known, c.first(known), 0);
  ASSERT_EQ(influences.size(), 2U) << "a feature that is not known moves nothing";
  EXPECT_GT(influences[0].second, std::abs(influences[1].second));
  // Held-out scores come from models that did not see the group.
  int right = 0;
  for (std::size_t i = 0; i < trained->held_out.size(); ++i) right += (trained->held_out[i][0] > 0) == (i % 3 == 0);
  EXPECT_EQ(right, 200);
}

// What no sum of weights can say alone: two or three of five signs, neither fewer nor more. How many there are is what output 0
// learns, and the second regression may bend its line.
TEST(Train, OneOutputIsEvidenceForAnother) {
  std::mt19937 random(7);
  std::vector<TrainingSample> given;
  std::vector<bool> between;
  for (int i = 0; i < 600; ++i) {
    TrainingSample s;
    int signs = 0;
    for (std::uint64_t id = 1; id <= 5; ++id) {
      if (random() % 2 == 0) continue;
      s.features.emplace_back(id, 1.0F);
      ++signs;
    }
    s.target.fill(signs >= 3 ? 1 : -1);
    between.push_back(signs == 2 || signs == 3);
    s.target[1] = between.back() ? 1 : -1;
    s.group = "topic" + std::to_string(i % 13);
    given.push_back(std::move(s));
  }
  const auto trained = train(given, {});
  ASSERT_TRUE(trained) << trained.error().message;
  int right = 0;
  for (std::size_t i = 0; i < given.size(); ++i) right += (trained->held_out[i][1] > 0) == between[i];
  EXPECT_GT(right, 560) << "a line that cannot bend is right 375 times in 600 (the larger class)";
  // The influences tell what a feature moves, here too: leaving one out moves the score by as much, unless a knot lies between.
  const auto& c = *trained->classifier;
  const auto all = seen(c, {1, 2, 3, 4, 5});
  auto slightly = all;
  slightly[4].value = 0.999F;
  EXPECT_NEAR(c.score(all)[1] - c.score(slightly)[1], 0.001 * c.influences(all, c.first(all), 1)[4].second, 1e-4);
}

TEST(Train, IsTheSameTwice) { EXPECT_EQ(train(samples(90), {})->classifier->bytes(), train(samples(90), {})->classifier->bytes()); }

TEST(Train, NeedsExamplesOfBothKinds) {
  auto one_sided = samples(30);
  for (auto& s : one_sided) s.target[kOutputLevel4] = -1;
  const auto trained = train(one_sided, {});
  ASSERT_FALSE(trained);
  EXPECT_THAT(trained.error().message, testing::HasSubstr("level4"));
}

TEST(Train, CalibrationGivesTheShareThatIsTrue) {
  // Margin 0: 30 of 100 are true; margin 1: 80 of 100.
  std::vector<double> margins;
  std::vector<signed char> targets;
  for (int i = 0; i < 200; ++i) {
    margins.push_back(i < 100 ? 0 : 1);
    targets.push_back((i < 100 ? i < 30 : i < 180) ? 1 : -1);
  }
  const auto [a, b] = calibrate(margins, targets);
  EXPECT_NEAR(probability(b), 0.30, 0.02);
  EXPECT_NEAR(probability(a + b), 0.80, 0.02);
  // What is true counts three times: 90 of 160 and 240 of 260.
  std::vector<double> weights;
  for (const auto t : targets) weights.push_back(t > 0 ? 3 : 1);
  const auto [c, d] = calibrate(margins, targets, weights);
  EXPECT_NEAR(probability(d), 90.0 / 160, 0.02);
  EXPECT_NEAR(probability(c + d), 240.0 / 260, 0.02);
}

TEST(Classifier, ComesBackFromItsFile) {
  const auto trained = train(samples(120), {});
  auto& c = *trained->classifier;
  c.output(3).threshold = 0.7;
  c.output(kOutputHarassment).in_dialogue = 1.5;
  c.describe("{\"x\":1}");
  const auto back = Classifier::parse(c.bytes(), "test");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ((*back)->output(3).threshold, 0.7);
  EXPECT_EQ((*back)->output(kOutputHarassment).in_dialogue, 1.5);
  EXPECT_EQ((*back)->about(), "{\"x\":1}");
  EXPECT_EQ((*back)->score(seen(**back, {1, 3})), c.score(seen(c, {1, 3})));
  EXPECT_THAT((*back)->version(), testing::StartsWith("judge-"));
}

TEST(Classifier, KeepsEachWeightToA254thOfTheLargestOfItsFeature) {
  std::vector<float> weights(2 * kOutputs, 0.0F);
  for (std::size_t o = 0; o < kOutputs; ++o) {
    weights[o] = 0.001F * static_cast<float>(o) - 0.008F;                   // a feature that tells little
    weights[kOutputs + o] = o == 4 ? -5.0F : 0.3F * static_cast<float>(o);  // one that tells much
  }
  const Classifier c({10, 20}, weights, {}, {}, nullptr, "");
  const auto far_off = [&](std::size_t row, float largest) {
    Feature f;
    f.row = static_cast<std::int32_t>(row);
    f.value = 1;
    const auto scores = c.first(std::span(&f, 1));
    for (std::size_t o = 0; o < kOutputs; ++o) EXPECT_NEAR(scores[o], weights[row * kOutputs + o], largest / 254 + 1e-6) << row << " " << o;
  };
  far_off(0, 0.012F);
  far_off(1, 6.0F);
}

TEST(Classifier, TheOrderIsAskedWhereThereIsADoubt) {
  Scores s;
  s.fill(-5);
  EXPECT_FALSE(Classifier::asked(s)) << "certainly none";
  s[kOutputHarassment] = -Classifier::kDoubt + 0.01;
  EXPECT_TRUE(Classifier::asked(s));
  s[kOutputHarassment] = Classifier::kDoubt - 0.01;
  EXPECT_TRUE(Classifier::asked(s));
  s[kOutputHarassment] = 4;
  EXPECT_FALSE(Classifier::asked(s)) << "harassment, and each kind clear";
  s[static_cast<std::size_t>(contact::Category::kThreat)] = 0.5;
  EXPECT_TRUE(Classifier::asked(s)) << "harassment, a threat perhaps";
  s[static_cast<std::size_t>(contact::Category::kThreat)] = 3;
  EXPECT_FALSE(Classifier::asked(s));
  s[kOutputHarassment] = -4;
  s[static_cast<std::size_t>(contact::Category::kThreat)] = 0;
  EXPECT_FALSE(Classifier::asked(s)) << "no harassment: no kind of it either";
  s[kOutputHarassment] = 4;
  s[static_cast<std::size_t>(contact::Category::kThreat)] = -4;
  s[static_cast<std::size_t>(output_of(contact::Flag::kInquiry))] = 0;
  EXPECT_FALSE(Classifier::asked(s)) << "flags are no kinds";
}

TEST(Classifier, AStepThatIsNoneIsRefused) {
  const Classifier c({10}, std::vector<float>(kOutputs, 0.25F), {}, {}, nullptr, "");
  auto bytes = c.bytes();
  ASSERT_TRUE(Classifier::parse(bytes, "good"));
  // The step stands before the weights (a byte for each output) and the length of the network.
  const float none = 0;
  bytes.replace(bytes.size() - 4 - kOutputs - sizeof none, sizeof none, reinterpret_cast<const char*>(&none), sizeof none);
  const auto broken = Classifier::parse(bytes, "zero.bin");
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, testing::HasSubstr("numbers that are none"));
}

TEST(Classifier, ABrokenFileIsRefusedWithAReason) {
  const auto trained = train(samples(60), {});
  const auto good = trained->classifier->bytes();
  for (const std::size_t n : {std::size_t{0}, std::size_t{5}, std::size_t{16}, std::size_t{40}, good.size() / 2, good.size() - 1}) {
    const auto cut = Classifier::parse(good.substr(0, n), "cut.bin");
    ASSERT_FALSE(cut) << n;
    EXPECT_THAT(cut.error().message, testing::HasSubstr("cut.bin"));
  }
  EXPECT_FALSE(Classifier::parse(good + "x", "long"));
  auto other = good;
  other.replace(other.find("verbal_abuse"), 12, "verbal_abusX");
  EXPECT_FALSE(Classifier::parse(other, "other outputs"));
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    auto noise = good;
    noise[random() % noise.size()] = static_cast<char>(random());
    (void)Classifier::parse(noise, "noise");  // no crash
  }
}

TEST(Lexicon, TakesWholeKanaWordsAndTellsWhatIsWrong) {
  const auto lexicon = Lexicon::parse("[classes]\nfamily = [\"娘\", \"家族\"]\ninsult = [\"かす\"]\n", "t");
  ASSERT_TRUE(lexicon) << lexicon.error().message;
  const auto tokeniser = text::Tokeniser::open();
  ASSERT_TRUE(tokeniser);
  const auto classes = [&](const std::string& text) {
    const auto n = text::normalise(text);
    std::vector<std::uint64_t> out;
    for (const auto& w : (*lexicon)->find(n.folded, (*tokeniser)->split(n.plain))) out.push_back(w.cls);
    return out;
  };
  EXPECT_THAT(classes("娘の家族"), testing::ElementsAre(Lexicon::id_of("family"), Lexicon::id_of("family")));
  EXPECT_THAT(classes("もしかすると"), testing::IsEmpty());
  EXPECT_THAT(Lexicon::parse("[classes]\na = \"x\"\n", "f.toml").error().message, testing::HasSubstr("line 2"));
  EXPECT_THAT(Lexicon::parse("[classes]\na = [\"ばか\"]\nb = [\n\"バカ\"]\n", "f.toml").error().message, testing::AllOf(testing::HasSubstr("line 4"), testing::HasSubstr("[a]")));
  EXPECT_FALSE(Lexicon::parse("x = 1", "f"));
  EXPECT_FALSE(Lexicon::parse("[classes", "f"));
}

}  // namespace
}  // namespace mamori::judge
