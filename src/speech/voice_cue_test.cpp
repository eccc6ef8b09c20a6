#include "speech/voice_cue.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>

namespace mamori::speech {
namespace {

// A crude voice: pulses through three formants, in syllables of 0.2 s whose pitch falls, with a little noise. `effort`
// 0..1 brightens it the way vocal effort does (less damping of what lies above 1 kHz).
std::vector<audio::Sample> voice(double f0, double amplitude, double seconds, double effort = 0, double swing = 0.06) {
  std::vector<audio::Sample> out(static_cast<std::size_t>(8000 * seconds));
  std::mt19937 random(7);
  std::normal_distribution<double> noise(0, 1);
  struct Resonance {
    double a;
    double b;
    double y1 = 0;
    double y2 = 0;
    Resonance(double hertz, double width) {
      const double r = std::exp(-3.14159 * width / 8000);
      a = 2 * r * std::cos(2 * 3.14159 * hertz / 8000);
      b = -r * r;
    }
    double operator()(double x) {
      const double y = x + a * y1 + b * y2;
      y2 = y1;
      y1 = y;
      return y;
    }
  };
  Resonance first(520 + 120 * effort, 90);
  Resonance second(1450, 120);
  Resonance third(2500, 180);
  double phase = 0;
  double low = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double in_syllable = std::fmod(static_cast<double>(i) / 8000, 0.2) / 0.2;
    const double phrase = std::sin(2 * 3.14159 * static_cast<double>(i) / 8000 / 1.6);
    phase += f0 * (1 + swing * (0.5 - in_syllable) + swing * phrase) / 8000;
    const double pulse = phase >= 1 ? 1 : 0;
    if (phase >= 1) phase -= 1;
    low += (0.12 + 0.5 * effort) * (pulse - low);  // the slope of the voice source
    const double y = first(low) + (0.5 + effort) * second(low) + (0.3 + effort) * third(low);
    const double envelope = 0.15 + 0.85 * std::pow(std::sin(3.14159 * in_syllable), 0.7);
    out[i] = static_cast<audio::Sample>(std::clamp((y * envelope + 0.003 * noise(random)) * amplitude, -32000.0, 32000.0));
  }
  return out;
}

std::vector<Cue> cues_of(std::initializer_list<std::vector<audio::Sample>> parts, std::size_t chunk = 800) {
  VoiceMeter meter;
  std::vector<Cue> cues;
  std::vector<audio::Sample> all;
  for (const auto& p : parts) all.insert(all.end(), p.begin(), p.end());
  for (std::size_t at = 0; at < all.size(); at += chunk)
    meter.push(std::span(all).subspan(at, std::min(chunk, all.size() - at)), cues);
  return cues;
}

bool rose(const Cue& cue, Rise::What what) {
  return std::ranges::any_of(cue.rises, [&](const Rise& r) { return r.what == what; });
}

TEST(VoiceCue, FindsTheFundamental) {
  for (const double f0 : {90.0, 150.0, 220.0, 330.0, 480.0}) {
    const auto v = voice(f0, 8000, 0.3, 0.3, 0);
    EXPECT_NEAR(fundamental(std::span(v).subspan(500, kVoiceFrame)), f0, f0 * 0.03);
  }
  EXPECT_EQ(fundamental(std::vector<audio::Sample>(kVoiceFrame, 0)), 0);
}

TEST(VoiceCue, TheTrackStaysInItsOctave) {
  for (const double f0 : {85.0, 120.0, 205.0, 300.0}) {
    VoiceTrack track;
    std::vector<VoiceFrame> frames;
    track.push(voice(f0, 8000, 4), frames);
    track.finish(frames);
    int voiced = 0;
    int wrong = 0;
    for (const auto& f : frames) {
      voiced += f.f0 > 0;
      wrong += f.f0 > 0 && std::abs(std::log2(f.f0 / f0)) > 0.4;
    }
    EXPECT_GT(voiced, 120);
    EXPECT_LE(wrong, voiced / 50) << f0;
  }
}

TEST(VoiceCue, ARaisedVoiceRisesAboveItsOwnStartAndSaysInWhat) {
  const auto cues = cues_of({std::vector<audio::Sample>(8000, 2), voice(140, 3000, 6), voice(215, 16000, 4, 0.6, 0.12)});
  const auto& calm = cues[11];
  const auto& loud = cues.back();
  EXPECT_LT(calm.shouting, 0.2);
  EXPECT_LT(calm.arousal, 0.4);
  EXPECT_TRUE(calm.rises.empty());
  EXPECT_GT(loud.shouting, 0.7);
  EXPECT_GT(loud.arousal, 0.8);
  EXPECT_NEAR(loud.pitch_st, 12 * std::log2(215.0 / 140), 1);
  EXPECT_TRUE(rose(loud, Rise::What::kPitch));
  EXPECT_TRUE(rose(loud, Rise::What::kLoudness));
  EXPECT_TRUE(rose(loud, Rise::What::kEffort));
}

TEST(VoiceCue, ALoudButCalmVoiceFromTheStartIsNotShouting) {
  for (const auto& c : cues_of({voice(130, 16000, 8)})) {
    EXPECT_LT(c.shouting, 0.3);
    EXPECT_LT(c.arousal, 0.5);
  }
}

TEST(VoiceCue, WhoIsAngryFromTheFirstWordIsHeard) {
  const auto cues = cues_of({voice(330, 12000, 8, 1, 0.3)});
  EXPECT_GT(cues.back().arousal, 0.6);
  ASSERT_FALSE(cues.back().rises.empty());
  EXPECT_FALSE(cues.back().rises.front().own);
}

TEST(VoiceCue, TheScoreOfAClipHardlyDependsOnItsLevel) {
  const auto calm = voice(120, 8000, 3);
  const auto angry = voice(240, 8000, 3, 0.8, 0.25);
  const auto quiet = voice(240, 500, 3, 0.8, 0.25);
  EXPECT_LT(anger_score(calm), 0.2);
  EXPECT_GT(anger_score(angry), 0.5);
  EXPECT_GT(anger_score(quiet), anger_score(calm) + 0.4);
  EXPECT_GT(anger_score(quiet, voice(120, 500, 4)), 0.9);
  EXPECT_LT(anger_score(calm, calm), 0.3);
}

TEST(VoiceCue, SilenceAndHumGiveNoCues) {
  EXPECT_TRUE(cues_of({std::vector<audio::Sample>(40000, 0)}).empty());
  EXPECT_EQ(anger_score(std::vector<audio::Sample>(16000, 0)), 0);
  EXPECT_EQ(anger_score({}), 0);
}

TEST(VoiceCue, OtherChunksSameCues) {
  const auto a = cues_of({voice(150, 4000, 6), voice(220, 12000, 3, 0.5)}, 160);
  const auto b = cues_of({voice(150, 4000, 6), voice(220, 12000, 3, 0.5)}, 7777);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].at, b[i].at);
    EXPECT_EQ(a[i].arousal, b[i].arousal);
    EXPECT_EQ(a[i].speech, b[i].speech);
  }
}

TEST(VoiceCue, SaysWhereInTheHalfSecondSpeechWas) {
  const auto cues = cues_of({std::vector<audio::Sample>(8000, 1), voice(140, 6000, 3)});
  EXPECT_EQ(cues.back().speech, (1U << 25) - 1);
}

}  // namespace
}  // namespace mamori::speech
