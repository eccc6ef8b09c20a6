#include "speech/voice_style.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mamori::speech {
namespace {

constexpr std::size_t kLeastVoiced = 15;  // frames: 0.3 s
constexpr double kSpeechBelowPeak = 30;   // dB under the loud end of the stretch: no speech
constexpr double kNucleusDip = 2;         // dB between two syllables (de Jong & Wempe 2009)

double percentile(std::vector<double> v, double share) {
  if (v.empty()) return 0;
  const auto at = v.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(v.size() - 1) + 0.5);
  std::nth_element(v.begin(), at, v.end());
  return *at;
}

double semitones(double hertz) { return 12 * std::log2(hertz / 100); }

struct Expectation {
  Measure measure;
  double calm;        // mean over the calm human speakers
  double spread;      // standard deviation between calm sentences, microphones included
  double own_spread;  // within one speaker and microphone
  double rise;        // what hot anger adds
  double weight;      // per standard deviation, beside the others
  double own_weight;  // the same against the speaker's own calm voice
};

// `calm` and the spreads: ml/voice_norms.py. `rise`: from the literature, rounded down. Weights: the Fisher
// discriminant of these, its covariance shrunk half way to the diagonal, then lowered where the measure depends on
// the language or the text (rate, range).
constexpr std::array kExpected{
    Expectation{Measure::kRange, 7.2, 1.9, 2.0, 3.0, 0.9, 0.7},
    Expectation{Measure::kMovement, 25.6, 5.2, 6.0, 8.0, 0.7, 0.6},
    Expectation{Measure::kAlpha, -13.7, 3.7, 2.6, 5.0, 1.3, 1.2},
    Expectation{Measure::kHammarberg, 25.3, 5.7, 3.8, -4.0, -0.5, -0.5},
    Expectation{Measure::kBalance, -5.4, 3.3, 3.2, 3.0, 0.6, 0.6},
    Expectation{Measure::kDynamics, 8.5, 1.9, 2.2, 1.5, 0.4, 0.3},
    Expectation{Measure::kRate, 5.0, 0.9, 0.9, 0.3, 0.15, 0.2},
    Expectation{Measure::kFlux, 4.0, 0.4, 0.3, 0.6, 0.5, 0.5},
};
constexpr double kMost = 3;  // standard deviations: one strange measure decides nothing

// Median F0 in calm speech, semitones over 100 Hz: men around 122 Hz, women around 210 Hz (our speakers; Traunmueller &
// Eriksson 1995 for many languages), and about 6 semitones more in hot anger. Who speaks is not known: a man's raised
// voice lies where a woman's calm one does, so pitch weighs less there.
constexpr double kMen = 3.5;
constexpr double kWomen = 13;
constexpr double kPitchSpread = 2.8;
constexpr double kAngryPitchSpread = 3.5;
constexpr double kPitchRise = 6;
constexpr double kOwnPitchSpread = 2.2;

// The recording's level says a little: lines and microphones differ by some 8 dB, as much as anger adds.
constexpr double kCalmLevel = -30;  // median of voiced frames, dB of full scale
constexpr double kLevelWeight = 0.08;
constexpr double kLevelMost = 12;

// Where calm human readers' 95th percentile lies.
constexpr double kOffset = 1.6;

double two_voices(double pitch, double men, double women, double spread) {
  const auto near = [&](double mean) { return std::exp(-0.5 * std::pow((pitch - mean) / spread, 2)) / spread; };
  return std::log(near(men) + near(women) + 1e-4);
}

// Syllable nuclei: peaks of the smoothed level that are voiced and stand 2 dB over the dips beside them, after
// de Jong & Wempe (2009), "Praat script to detect syllable nuclei and measure speech rate automatically".
std::size_t nuclei(std::span<const VoiceFrame> frames, double floor) {
  std::vector<double> level(frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const std::size_t from = i > 0 ? i - 1 : 0;
    const std::size_t to = std::min(frames.size() - 1, i + 1);
    for (std::size_t j = from; j <= to; ++j) level[i] += std::max(frames[j].db, floor - 10);
    level[i] /= static_cast<double>(to - from + 1);
  }
  std::size_t count = 0;
  double dip = -1000;  // the lowest since the last peak
  double top = -1000;
  bool rising = true;
  bool voiced = false;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (rising) {
      if (level[i] > top) {
        top = level[i];
        voiced = frames[i].f0 > 0;
      } else if (top - level[i] >= kNucleusDip) {
        if (voiced && top > floor) ++count;
        rising = false;
        dip = level[i];
      }
    } else if (level[i] < dip) {
      dip = level[i];
    } else if (level[i] - dip >= kNucleusDip) {
      rising = true;
      top = level[i];
      voiced = frames[i].f0 > 0;
    }
  }
  if (rising && voiced && top > floor) ++count;
  return count;
}

}  // namespace

double anger_against_calm(const VoiceMeasures& m) {
  double score = -kOffset;
  for (const auto& e : kExpected) {
    const double z = (m[e.measure] - e.calm - e.rise / 2) / e.spread;
    score += e.weight * std::clamp(z, -kMost, kMost);
  }
  const double pitch = std::min(m[Measure::kPitch], kWomen + kPitchRise + 2);
  score += std::clamp(two_voices(pitch, kMen + kPitchRise, kWomen + kPitchRise, kAngryPitchSpread) -
                          two_voices(pitch, kMen, kWomen, kPitchSpread),
                      -3.0, 4.0);
  score += kLevelWeight * std::clamp(m.level_db - kCalmLevel, -kLevelMost, kLevelMost);
  return score;
}

double anger_against_self(const VoiceMeasures& m, const VoiceMeasures& own) {
  double score = std::clamp((m[Measure::kPitch] - own[Measure::kPitch]) / kOwnPitchSpread, -kMost, kMost);
  for (const auto& e : kExpected)
    score += 0.6 * e.own_weight * std::clamp((m[e.measure] - own[e.measure]) / e.own_spread, -kMost, kMost);
  // One line, one microphone: here the level itself speaks.
  score += std::clamp((m.level_db - own.level_db) / 4, -kMost, kMost);
  return std::max(score, -3.0);
}

std::optional<VoiceMeasures> measure(std::span<const VoiceFrame> frames) {
  std::vector<double> levels;
  std::vector<double> pitch;
  for (const auto& f : frames) {
    if (f.f0 <= 0) continue;
    levels.push_back(f.db);
    pitch.push_back(semitones(f.f0));
  }
  if (pitch.size() < kLeastVoiced) return std::nullopt;
  const double loud = percentile(levels, 0.95);
  const double floor = loud - kSpeechBelowPeak;
  const double middle_pitch = percentile(pitch, 0.5);

  VoiceMeasures m;
  std::array<double, kMeasures> sum{};
  const auto add = [&](Measure k, double v) { sum[static_cast<std::size_t>(k)] += v; };
  std::size_t used = 0;
  std::size_t steps = 0;
  std::size_t speech = 0;
  double moved = 0;
  double flux = 0;
  pitch.clear();
  levels.clear();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto& f = frames[i];
    if (f.db < floor) continue;
    ++speech;
    flux += std::min(f.flux, 12.0);
    if (f.f0 <= 0) continue;
    const double st = semitones(f.f0);
    // What is still an octave off the rest is an error of the track, not a voice.
    if (std::abs(st - middle_pitch) > 14) continue;
    ++used;
    pitch.push_back(st);
    levels.push_back(f.db);
    add(Measure::kAlpha, f.alpha);
    add(Measure::kHammarberg, f.hammarberg);
    add(Measure::kBalance, f.balance);
    add(Measure::kMiddle, f.middle);
    add(Measure::kHarmonicity, f.hnr);
    if (i > 0 && frames[i - 1].f0 > 0) {
      const double step = std::abs(st - semitones(frames[i - 1].f0));
      if (step < 4) {
        moved += step;
        ++steps;
      }
    }
  }
  if (used < kLeastVoiced) return std::nullopt;
  for (std::size_t k = 0; k < kMeasures; ++k) m.value[k] = sum[k] / static_cast<double>(used);
  const auto set = [&](Measure k, double v) { m.value[static_cast<std::size_t>(k)] = v; };
  set(Measure::kPitch, percentile(pitch, 0.5));
  set(Measure::kRange, percentile(pitch, 0.9) - percentile(pitch, 0.1));
  set(Measure::kMovement, steps > 0 ? moved / static_cast<double>(steps) / kVoiceHopSeconds : 0);
  set(Measure::kDynamics, percentile(levels, 0.95) - percentile(levels, 0.5));
  m.level_db = percentile(levels, 0.5);
  m.voiced_seconds = static_cast<double>(used) * kVoiceHopSeconds;
  m.speech_seconds = static_cast<double>(speech) * kVoiceHopSeconds;
  set(Measure::kRate, static_cast<double>(nuclei(frames, floor + 5)) / m.speech_seconds);
  set(Measure::kFlux, flux / static_cast<double>(speech));
  return m;
}

}  // namespace mamori::speech
