#include "speech/voice_cue.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <utility>

namespace mamori::speech {
namespace {

constexpr std::size_t kFramesPerPeriod = 25;   // half a second
constexpr std::size_t kWindowFrames = 200;     // four seconds
constexpr std::size_t kReferenceFrames = 150;  // three seconds of speech
constexpr int kLeastSpeechFrames = 5;          // in a period, to say anything about it
constexpr double kSpeechAboveNoise = 10;       // dB
constexpr std::size_t kMostRises = 4;

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

double median(std::vector<double> v) {
  if (v.empty()) return 0;
  const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

// From when on a measure is worth naming: against the speaker's own voice, and against calm voices in general (their
// mean and the step above it, about 1.5 standard deviations). No general step for loudness and pitch: lines and people
// differ too much.
struct Telling {
  Rise::What what;
  Measure measure;
  double sign;
  double own_step;
  double calm;
  double step;
};
constexpr std::array kTelling{
    Telling{Rise::What::kPitch, Measure::kPitch, 1, 2.0, 13, 5.0},
    Telling{Rise::What::kRange, Measure::kRange, 1, 2.0, 7.2, 3.0},
    Telling{Rise::What::kEffort, Measure::kAlpha, 1, 2.5, -13.7, 5.5},
    Telling{Rise::What::kRate, Measure::kRate, 1, 1.0, 5.0, 1.6},
    Telling{Rise::What::kRoughness, Measure::kHarmonicity, -1, 2.5, 11.8, 4.5},
    Telling{Rise::What::kDynamics, Measure::kDynamics, 1, 2.5, 8.5, 3.5},
};

std::vector<Rise> rises(const VoiceMeasures& m, const std::optional<VoiceMeasures>& own, double louder) {
  struct Ranked {
    Rise rise;
    double steps;
  };
  std::vector<Ranked> found;
  if (own && louder > 4) found.push_back({{Rise::What::kLoudness, louder, true}, louder / 4});
  for (const auto& t : kTelling) {
    const double against_own = own ? t.sign * (m[t.measure] - (*own)[t.measure]) : 0;
    const double against_calm = t.sign * (m[t.measure] - t.calm);
    if (against_own >= t.own_step) {
      found.push_back({{t.what, against_own, true}, against_own / t.own_step});
    } else if (against_calm >= t.step) {
      found.push_back({{t.what, against_calm, false}, 0.8 * against_calm / t.step});
    }
  }
  std::ranges::stable_sort(found, std::greater{}, &Ranked::steps);
  std::vector<Rise> out;
  for (const auto& f : found) {
    if (out.size() < kMostRises) out.push_back(f.rise);
  }
  return out;
}

std::optional<VoiceMeasures> measure_all(std::span<const audio::Sample> pcm) {
  VoiceTrack track;
  std::vector<VoiceFrame> frames;
  track.push(pcm, frames);
  track.finish(frames);
  return measure(frames);
}

}  // namespace

std::string_view to_id(Rise::What what) {
  static constexpr std::array<std::string_view, 7> kIds{"loudness", "pitch", "range", "effort", "rate", "roughness", "dynamics"};
  return kIds[static_cast<std::size_t>(what)];
}

base::json::object to_json(const Cue& cue) {
  base::json::array rises;
  for (const auto& r : cue.rises) rises.push_back(base::json::object{{"what", to_id(r.what)}, {"by", r.by}, {"own", r.own}});
  return {{"at", cue.at}, {"loudness_db", cue.loudness_db}, {"f0_hz", cue.f0_hz}, {"arousal", cue.arousal}, {"shouting", cue.shouting}, {"pitch_st", cue.pitch_st}, {"range_st", cue.range_st}, {"effort_db", cue.effort_db}, {"rate", cue.rate}, {"harmonicity_db", cue.harmonicity_db}, {"speech", cue.speech}, {"rises", std::move(rises)}};
}

void VoiceMeter::push(std::span<const audio::Sample> pcm, std::vector<Cue>& out) {
  std::vector<VoiceFrame> settled;
  track_.push(pcm, settled);
  for (const auto& f : settled) {
    frame(f);
    if (frames_ % kFramesPerPeriod != 0) continue;
    if (auto cue = close_period()) out.push_back(std::move(*cue));
  }
}

void VoiceMeter::frame(const VoiceFrame& f) {
  // The noise floor falls at once and rises by 3 dB a second.
  noise_db_ = std::clamp(std::min(f.db, noise_db_ + 0.06), -75.0, -35.0);
  const bool speech = f.db >= noise_db_ + kSpeechAboveNoise;
  if (speech) speech_ |= 1U << (frames_ % kFramesPerPeriod);
  window_.push_back(f);
  if (!speech) window_.back().f0 = 0;  // hum and room tone are no voice
  if (window_.size() > kWindowFrames) window_.pop_front();
  ++frames_;
}

void VoiceMeter::learn_reference(std::span<const VoiceFrame> period) {
  if (reference_.size() >= kReferenceFrames) return;
  for (const auto& f : period) {
    if (f.db >= noise_db_ + kSpeechAboveNoise) reference_.push_back(f);
  }
  if (reference_.size() >= kReferenceFrames) own_ = measure(reference_);
  // Speech without enough voice in it (whispering, crackle) is no reference: it is begun anew.
  if (reference_.size() >= kReferenceFrames && !own_) reference_.clear();
}

std::optional<Cue> VoiceMeter::close_period() {
  const auto speech = std::exchange(speech_, 0);
  if (std::popcount(speech) < kLeastSpeechFrames) {
    arousal_ *= 0.85;
    shouting_ *= 0.5;
    return std::nullopt;
  }
  const std::vector<VoiceFrame> frames(window_.begin(), window_.end());
  const auto period = std::span(frames).last(std::min(frames.size(), kFramesPerPeriod));
  std::vector<double> f0;
  std::vector<double> db;
  for (const auto& f : period) {
    if (f.f0 <= 0) continue;
    f0.push_back(f.f0);
    db.push_back(f.db);
  }
  Cue cue;
  cue.at = static_cast<double>(frames_) * kVoiceHopSeconds;
  cue.speech = speech;
  cue.f0_hz = f0.size() >= 3 ? median(f0) : 0;
  const bool had_reference = own_.has_value();
  learn_reference(period);
  const auto now = measure(frames);
  if (!now) {
    cue.arousal = arousal_ *= 0.9;
    return cue;
  }
  cue.range_st = (*now)[Measure::kRange];
  cue.rate = (*now)[Measure::kRate];
  cue.harmonicity_db = (*now)[Measure::kHarmonicity];
  const double calm = anger_against_calm(*now);
  double self = 0;
  double louder = 0;
  if (had_reference) {
    self = std::max(0.0, anger_against_self(*now, *own_) - 1);
    louder = db.size() >= 3 ? median(db) - own_->level_db : 0;
    cue.loudness_db = louder;
    cue.pitch_st = cue.f0_hz > 0 ? 12 * std::log2(cue.f0_hz / 100) - (*own_)[Measure::kPitch] : 0;
    cue.effort_db = (*now)[Measure::kAlpha] - (*own_)[Measure::kAlpha];
  }
  // Half the weight for the comparison with everybody: some voices and microphones are bright by nature.
  const double excited = logistic(0.6 * std::clamp(calm, -6.0, 8.0) + 0.9 * self - 2);
  arousal_ += 0.5 * (excited - arousal_);
  cue.arousal = arousal_;
  // Raised voices are 6-10 dB louder and 3-6 semitones higher than the same voice at rest (Traunmueller & Eriksson
  // 2000). Who shouts from the first word is known by everything else being far from calm, effort included.
  const double raised = had_reference ? logistic((louder - 9) / 2 + (cue.pitch_st - 4) / 3 + std::min(cue.effort_db, 6.0) / 6) : 0;
  const double from_start = logistic((calm - 6) / 1.2) * logistic(((*now)[Measure::kAlpha] + 9) / 1.0);
  shouting_ += 0.7 * (std::max(raised, from_start) - shouting_);
  cue.shouting = shouting_;
  if (cue.arousal > 0.4 || cue.shouting > 0.4) cue.rises = rises(*now, had_reference ? own_ : std::nullopt, louder);
  return cue;
}

double anger_score(std::span<const audio::Sample> pcm, std::span<const audio::Sample> calm) {
  const auto now = measure_all(pcm);
  if (!now) return 0;
  double score = anger_against_calm(*now);
  if (const auto own = measure_all(calm)) score = 0.6 * score + anger_against_self(*now, *own) - 2;
  return logistic(score / 2);
}

}  // namespace mamori::speech
