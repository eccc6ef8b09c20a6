#include "speech/voiceprint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <random>

#include "base/ids.h"
#include "speech/container.h"
#include "speech/container_write.h"
#include "speech/voiceprint_train.h"

namespace mamori::speech {
namespace {

namespace fs = std::filesystem;

// A crude person: pulses and breath through resonances that are his own, wandering between a few vowels.
std::vector<audio::Sample> person(unsigned who, double seconds, unsigned take) {
  std::mt19937 build(who * 7919 + 1);
  std::uniform_real_distribution<double> uniform(0, 1);
  const double f0 = 90 + 150 * uniform(build);
  const double tract = 0.8 + 0.4 * uniform(build);
  const double nose = 900 + 1400 * uniform(build);
  const double breath = 0.02 + 0.1 * uniform(build);
  std::mt19937 random(who * 31 + take * 104729 + 5);
  std::normal_distribution<double> noise;
  const double vowels[5][3] = {{730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240}, {530, 1840, 2480}, {570, 840, 2410}};
  std::vector<audio::Sample> out(static_cast<std::size_t>(8000 * seconds));
  double state[4][2] = {};
  double phase = 0;
  double now[3] = {500, 1500, 2500};
  int vowel = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % 1200 == 0) vowel = static_cast<int>(random() % 5);
    phase += f0 * (1 + 0.08 * std::sin(static_cast<double>(i) / 3000)) / 8000;
    double y = breath * noise(random) * 0.2;
    if (phase >= 1) {
      phase -= 1;
      y += 1;
    }
    for (int k = 0; k < 4; ++k) {
      if (k < 3) now[k] += 0.004 * (vowels[vowel][k] * tract - now[k]);
      const double hertz = std::min(k < 3 ? now[k] : nose * tract, 3700.0);
      const double r = std::exp(-std::numbers::pi * (80 + 40 * k) / 8000);
      const double z = y + 2 * r * std::cos(2 * std::numbers::pi * hertz / 8000) * state[k][0] - r * r * state[k][1];
      state[k][1] = state[k][0];
      state[k][0] = z;
      y = (k == 3 ? 0.4 : 1.0) * z * 0.3 + (k == 3 ? 0.6 : 0) * y;
    }
    const double syllable = 0.25 + 0.75 * std::abs(std::sin(static_cast<double>(i) / 8000 * std::numbers::pi * 4));
    out[i] = static_cast<audio::Sample>(std::clamp(y * syllable * 3000, -32000.0, 32000.0));
  }
  return out;
}

// Trained once on crude people: what is tested is the machinery; real voices are measured with `mamori voiceprint evaluate`.
class VoiceprintTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("mamori-voices-" + base::random_hex(6));
    fs::create_directories(folder_);
    std::vector<TrainingSpeaker> speakers;
    for (unsigned who = 0; who < 16; ++who) {
      TrainingSpeaker s{.id = std::to_string(who)};
      for (unsigned take = 0; take < 8; ++take) s.recordings.push_back(person(who, 6, take));
      speakers.push_back(std::move(s));
    }
    VoiceprintTraining options;
    options.name = "test";
    options.components = 16;
    options.size = 20;
    const auto report = train_voiceprint(speakers, options, path(), [](const std::string&) {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_LT(report->equal_error, 0.1);
    EXPECT_LT(report->cost, 0.5);
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }
  static std::string path() { return (folder_ / "voiceprint.bin").string(); }
  static inline fs::path folder_;
};

TEST_F(VoiceprintTest, KnowsAPersonAgainAndTellsOthersApart) {
  const auto model = VoiceprintModel::load(path());
  ASSERT_TRUE(model) << model.error().message;
  std::vector<double> same;
  std::vector<double> different;
  for (unsigned a = 100; a < 108; ++a) {
    const auto enrolled = (*model)->print(person(a, 6, 1));
    ASSERT_TRUE(enrolled);
    for (unsigned b = 100; b < 108; ++b) {
      const auto heard = (*model)->print(person(b, 4, 2));
      ASSERT_TRUE(heard);
      const auto llr = (*model)->compare(*enrolled, *heard);
      ASSERT_TRUE(llr);
      EXPECT_NEAR(*llr, *(*model)->compare(*heard, *enrolled), 1e-3);
      (a == b ? same : different).push_back(*llr);
    }
  }
  EXPECT_LE(equal_error_rate(same, different), 0.13);
}

TEST_F(VoiceprintTest, TheLineAndTheLevelHardlyMatter) {
  const auto model = VoiceprintModel::load(path());
  ASSERT_TRUE(model);
  const auto voice = person(200, 6, 1);
  auto quiet = voice;
  for (auto& s : quiet) s = static_cast<audio::Sample>(s / 6);
  const auto llr = (*model)->compare(*(*model)->print(voice), *(*model)->print(quiet));
  EXPECT_GT(*llr, 1);
}

TEST_F(VoiceprintTest, TooLittleSpeechGivesNone) {
  const auto model = VoiceprintModel::load(path());
  ASSERT_TRUE(model);
  EXPECT_EQ((*model)->print(person(1, 1, 1)).error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_FALSE((*model)->print(std::vector<audio::Sample>(80000, 0)));
  EXPECT_FALSE((*model)->print(std::vector<audio::Sample>{}));
}

TEST_F(VoiceprintTest, OthersModelsAreNotCompared) {
  const auto model = VoiceprintModel::load(path());
  ASSERT_TRUE(model);
  auto a = *(*model)->print(person(1, 6, 1));
  auto b = a;
  b.model = "another";
  EXPECT_FALSE((*model)->compare(a, b));
  b = a;
  b.vector.pop_back();
  EXPECT_FALSE((*model)->compare(a, b));
  b = a;
  b.vector[0] = std::nanf("");
  EXPECT_FALSE((*model)->compare(a, b));
}

TEST_F(VoiceprintTest, ABrokenModelIsRefused) {
  std::ifstream in(path(), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  const auto broken = (folder_ / "broken.bin").string();
  for (const std::size_t cut : {std::size_t{0}, std::size_t{7}, whole.size() / 2, whole.size() - 1}) {
    std::ofstream(broken, std::ios::binary) << whole.substr(0, cut);
    EXPECT_FALSE(VoiceprintModel::load(broken));
  }
  ContainerWriter other({{"kind", "voiceprint"}, {"name", "x"}, {"features", 13}, {"components", 1}, {"size", 1}});
  ASSERT_TRUE(other.write(broken));
  EXPECT_FALSE(VoiceprintModel::load(broken));
  EXPECT_EQ(VoiceprintModel::load("/nowhere").error().code, base::ErrorCode::kNotFound);
}

TEST_F(VoiceprintTest, AStreamGivesOneAtSixSecondsOfSpeechAndBetterOnesLater) {
  const auto model = VoiceprintModel::load(path());
  ASSERT_TRUE(model);
  VoiceprintMeter meter(*model);
  std::vector<Voiceprint> prints;
  const auto voice = person(3, 45, 1);
  for (std::size_t at = 0; at < voice.size(); at += 800) meter.push(std::span(voice).subspan(at, std::min<std::size_t>(800, voice.size() - at)), prints);
  ASSERT_GE(prints.size(), 3U);
  EXPECT_NEAR(prints[0].speech_seconds, 6, 1.1);
  EXPECT_GT(prints[2].speech_seconds, 23.9);
}

TEST(VoiceprintTraining, WithFewSpeakersThereIsNoModel) {
  std::vector<TrainingSpeaker> few(3);
  const auto report = train_voiceprint(few, {}, "/nowhere/x.bin", [](const std::string&) {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, base::ErrorCode::kInvalidArgument);
}

TEST(ContainerWriter, WritesWhatContainerReads) {
  ContainerWriter file({{"kind", "test"}});
  const std::vector<float> values{0, 1, -2.5F, 6.1035e-5F, 3e-6F, 65504, 1e9F, 0.1F};
  file.floats("exact", values);
  file.halves("half", values);
  const auto read = Container::parse(file.bytes(), "test");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read->floats("exact", values.size()), values);
  const auto half = *read->floats("half", values.size());
  EXPECT_EQ(half[2], -2.5F);
  EXPECT_EQ(half[6], 65504);
  EXPECT_NEAR(half[4], 3e-6F, 6e-8F);
  EXPECT_NEAR(half[7], 0.1F, 5e-5F);
}

TEST(EqualErrorRate, IsWhereBothErrorsMeet) {
  EXPECT_EQ(equal_error_rate({1, 2, 3}, {-1, -2, 0}), 0);
  EXPECT_NEAR(equal_error_rate({0, 1, 2, 3}, {-3, -2, -1, 2.5}), 0.25, 0.01);
}

TEST(Probability, FollowsThePrior) {
  EXPECT_NEAR(probability(0), 0.5, 1e-9);
  EXPECT_NEAR(probability(std::log(99), 0.01), 0.5, 1e-9);
}

}  // namespace
}  // namespace mamori::speech
