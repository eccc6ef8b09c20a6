#include "speech/voice_cue.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace mamori::speech {
namespace {

constexpr std::size_t kFrame = 320;            // 40 ms at 8 kHz
constexpr std::size_t kHop = 160;              // 20 ms
constexpr std::size_t kFramesPerPeriod = 25;   // half a second
constexpr std::size_t kReferenceFrames = 150;  // the first three seconds of speech
constexpr std::size_t kLeastReference = 40;    // before that there is nothing to compare with
constexpr std::size_t kLeastSpeechFrames = 5;  // in a period, to say anything about it
constexpr double kSpeechAboveNoise = 10;       // dB

double level_db(std::span<const audio::Sample> s) {
  double energy = 0;
  for (const auto v : s) energy += static_cast<double>(v) * v;
  return 10 * std::log10(energy / static_cast<double>(s.size()) / (32768.0 * 32768.0) + 1e-10);
}

double median(std::vector<double> v) {
  if (v.empty()) return 0;
  auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

double fundamental(std::span<const audio::Sample> s) {
  constexpr std::size_t kShortest = 8000 / 450;
  constexpr std::size_t kLongest = 8000 / 70;
  if (s.size() <= kLongest * 2) return 0;
  const std::size_t n = s.size() - kLongest;
  const double mean = std::accumulate(s.begin(), s.end(), 0.0) / static_cast<double>(s.size());
  std::array<double, kLongest + 2> r{};
  for (std::size_t lag = kShortest - 1; lag <= kLongest; ++lag) {
    double cross = 0;
    double a = 0;
    double b = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double x = s[i] - mean;
      const double y = s[i + lag] - mean;
      cross += x * y;
      a += x * x;
      b += y * y;
    }
    r[lag] = cross / std::sqrt(a * b + 1e-9);
  }
  const double best = *std::max_element(r.begin() + kShortest, r.begin() + kLongest + 1);
  if (best < 0.55) return 0;
  // The shortest lag that comes close to the best: a multiple of the period is as periodic as the period.
  for (std::size_t lag = kShortest; lag <= kLongest; ++lag) {
    if (r[lag] > 0.88 * best && r[lag] >= r[lag - 1] && r[lag] >= r[lag + 1]) return 8000.0 / static_cast<double>(lag);
  }
  return 0;
}

void VoiceMeter::push(std::span<const audio::Sample> pcm, std::vector<Cue>& out) {
  pending_.insert(pending_.end(), pcm.begin(), pcm.end());
  std::size_t at = 0;
  for (; at + kFrame <= pending_.size(); at += kHop) {
    frame(std::span(pending_).subspan(at, kFrame));
    if (++frames_ % kFramesPerPeriod != 0) continue;
    if (const auto cue = close_period()) out.push_back(*cue);
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
}

void VoiceMeter::frame(std::span<const audio::Sample> samples) {
  const double db = level_db(samples);
  // The noise floor falls at once and rises by 3 dB a second.
  noise_db_ = std::clamp(std::min(db, noise_db_ + 0.06), -75.0, -35.0);
  if (db < noise_db_ + kSpeechAboveNoise) return;
  period_db_.push_back(db);
  const double f0 = fundamental(samples);
  if (f0 > 0) period_f0_.push_back(f0);
  if (reference_db_.size() >= kReferenceFrames) return;
  reference_db_.push_back(db);
  if (f0 > 0) reference_f0_.push_back(f0);
}

std::optional<Cue> VoiceMeter::close_period() {
  const auto db = std::exchange(period_db_, {});
  const auto f0 = std::exchange(period_f0_, {});
  if (db.size() < kLeastSpeechFrames) {
    arousal_ *= 0.85;
    return std::nullopt;
  }
  Cue cue;
  cue.at = static_cast<double>(frames_ * kHop) / audio::kTelephoneRate;
  cue.f0_hz = f0.size() >= 3 ? median(f0) : 0;
  if (reference_db_.size() < kLeastReference) return cue;
  cue.loudness_db = median(db) - median(reference_db_);
  const double base_f0 = median(reference_f0_);
  const double semitones = cue.f0_hz > 0 && base_f0 > 0 ? 12 * std::log2(cue.f0_hz / base_f0) : 0;
  // Raised voices are 6-10 dB louder and 3-6 semitones higher than the same voice at rest (Traunmüller & Eriksson
  // 2000).
  cue.shouting = logistic((cue.loudness_db - 9) / 2 + (semitones - 4) / 3);
  const double now = logistic((cue.loudness_db - 5) / 2.5 + (semitones - 2.5) / 2.5);
  arousal_ += 0.5 * (now - arousal_);
  cue.arousal = arousal_;
  return cue;
}

}  // namespace mamori::speech
