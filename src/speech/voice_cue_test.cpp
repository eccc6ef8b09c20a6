#include "speech/voice_cue.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mamori::speech {
namespace {

// A crude voice: a pulse train with a decaying resonance.
std::vector<audio::Sample> voice(double f0, double amplitude, double seconds) {
  std::vector<audio::Sample> out(static_cast<std::size_t>(8000 * seconds));
  double phase = 0;
  double y1 = 0;
  double y2 = 0;
  for (auto& s : out) {
    phase += f0 / 8000;
    const double pulse = phase >= 1 ? 1 : 0;
    if (phase >= 1) phase -= 1;
    const double y = pulse + 1.6 * y1 - 0.8 * y2;
    y2 = y1;
    y1 = y;
    s = static_cast<audio::Sample>(std::clamp(y * amplitude, -32000.0, 32000.0));
  }
  return out;
}

TEST(VoiceCue, FindsTheFundamental) {
  for (const double f0 : {90.0, 150.0, 220.0, 330.0}) {
    const auto v = voice(f0, 4000, 0.1);
    EXPECT_NEAR(fundamental(std::span(v).subspan(300, 320)), f0, f0 * 0.06);
  }
  EXPECT_EQ(fundamental(std::vector<audio::Sample>(320, 0)), 0);
}

TEST(VoiceCue, ARaisedVoiceRisesAboveItsOwnStart) {
  VoiceMeter meter;
  std::vector<Cue> cues;
  meter.push(std::vector<audio::Sample>(8000, 2), cues);
  meter.push(voice(140, 1200, 5), cues);
  const auto calm = cues.back();
  meter.push(voice(210, 6000, 3), cues);
  const auto loud = cues.back();
  EXPECT_LT(calm.shouting, 0.2);
  EXPECT_LT(calm.arousal, 0.3);
  EXPECT_GT(loud.shouting, 0.7);
  EXPECT_GT(loud.arousal, 0.7);
  EXPECT_NEAR(loud.loudness_db, 14, 3);
}

TEST(VoiceCue, ALoudVoiceFromTheStartIsNotShouting) {
  VoiceMeter meter;
  std::vector<Cue> cues;
  meter.push(voice(200, 9000, 8), cues);
  for (const auto& c : cues) EXPECT_LT(c.shouting, 0.3);
}

TEST(VoiceCue, SilenceGivesNoCues) {
  VoiceMeter meter;
  std::vector<Cue> cues;
  meter.push(std::vector<audio::Sample>(40000, 0), cues);
  EXPECT_TRUE(cues.empty());
}

}  // namespace
}  // namespace mamori::speech
