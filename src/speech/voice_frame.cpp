#include "speech/voice_frame.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "speech/fourier.h"

namespace mamori::speech {
namespace {

constexpr int kFft = 512;  // 320 samples and the longest lag (123) fit without wrapping round
constexpr int kBins = kFft / 2 + 1;
constexpr double kBinHz = static_cast<double>(audio::kTelephoneRate) / kFft;
constexpr std::size_t kFluxBands = 12;
constexpr std::size_t kSettleAfter = 10;  // frames: 200 ms

// Costs of Boersma (1993) as in Praat, for a step of 20 ms; the octave cost is higher because a telephone line takes
// the fundamental away and leaves the octave below as periodic as the true period.
constexpr double kVoicingThreshold = 0.45;
constexpr double kSilenceBelowPeak = 32;  // dB
constexpr double kOctaveCost = 0.03;
constexpr double kOctaveJumpCost = 0.35 / 2;
constexpr double kVoicingChangeCost = 0.14 / 2;

struct Tables {
  std::array<float, kVoiceFrame> window{};
  std::array<float, kBins> window_correlation{};
  Fourier<kFft> fourier;
  std::array<double, kFluxBands + 1> edges{};  // Hz, equal steps of log frequency

  Tables();
};

Tables::Tables() {
  for (std::size_t i = 0; i < kVoiceFrame; ++i)
    window[i] =
        static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / kVoiceFrame));
  for (std::size_t i = 0; i <= kFluxBands; ++i)
    edges[i] = 300 * std::pow(3400.0 / 300, static_cast<double>(i) / static_cast<double>(kFluxBands));
  std::array<float, kBins> power{};
  fourier.power(window, power);
  fourier.correlation(power, window_correlation);
}

const Tables& tables() {
  static const Tables t;  // immutable after construction, shared by all streams
  return t;
}

constexpr int bin_of(double hertz) { return static_cast<int>(hertz / kBinHz + 0.5); }

double energy(std::span<const float> power, double from, double to) {
  double sum = 1e-9;
  for (int i = bin_of(from); i < bin_of(to); ++i) sum += power[i];
  return sum;
}

double peak(std::span<const float> power, double from, double to) {
  float most = 1e-9F;
  for (int i = bin_of(from); i < bin_of(to); ++i) most = std::max(most, power[i]);
  return most;
}

double decibel(double ratio) { return 10 * std::log10(ratio); }

}  // namespace

VoiceTrack::VoiceTrack() { (void)tables(); }

void VoiceTrack::push(std::span<const audio::Sample> pcm, std::vector<VoiceFrame>& out) {
  pending_.insert(pending_.end(), pcm.begin(), pcm.end());
  std::size_t at = 0;
  for (; at + kVoiceFrame <= pending_.size(); at += kVoiceHop) look(std::span(pending_).subspan(at, kVoiceFrame));
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
  settle(kSettleAfter, out);
}

void VoiceTrack::finish(std::vector<VoiceFrame>& out) { settle(0, out); }

void VoiceTrack::look(std::span<const audio::Sample> samples) {
  const auto& t = tables();
  std::array<float, kVoiceFrame> windowed{};
  float mean = 0;
  for (const auto s : samples) mean += audio::to_float(s);
  mean /= static_cast<float>(kVoiceFrame);
  for (std::size_t i = 0; i < kVoiceFrame; ++i) windowed[i] = (audio::to_float(samples[i]) - mean) * t.window[i];
  std::array<float, kBins> power{};
  t.fourier.power(windowed, power);

  Step step;
  auto& f = step.frame;
  const double low = energy(power, 300, 1000);
  const double high = energy(power, 1000, 3400);
  // Parseval: the sum over the half spectrum, the window's power (3/8 of the length for Hann) taken out.
  f.db = decibel((low + high) * 2 / kFft / (0.375 * kVoiceFrame) + 1e-10);
  f.alpha = decibel(high / low);
  f.hammarberg = decibel(peak(power, 300, 2000) / peak(power, 2000, 3400));
  f.balance = decibel(energy(power, 500, 1000) / energy(power, 300, 500));
  f.middle = decibel(energy(power, 1000, 2000) / energy(power, 2000, 3400));
  std::array<double, kFluxBands> bands{};
  double level = 0;
  for (std::size_t b = 0; b < kFluxBands; ++b) {
    bands[b] = decibel(energy(power, t.edges[b], t.edges[b + 1]));
    level += bands[b] / kFluxBands;
  }
  for (auto& b : bands) b -= level;
  if (!first_) {
    for (std::size_t b = 0; b < kFluxBands; ++b) f.flux += std::abs(bands[b] - last_bands_[b]) / kFluxBands;
  }
  last_bands_ = bands;
  first_ = false;

  // Hum and what lies beyond the line's band say nothing about the voice.
  for (int i = 0; i < bin_of(60); ++i) power[i] = 0;
  for (int i = bin_of(3500); i < kBins; ++i) power[i] = 0;
  std::array<float, kVoiceFrame / 2> correlation{};
  t.fourier.correlation(power, correlation);
  peak_db_ = std::max(f.db, peak_db_ - 0.06);  // falls by 3 dB a second
  candidates(step, correlation);
  connect(step);
  steps_.push_back(step);
}

void VoiceTrack::candidates(Step& step, std::span<const float> correlation) const {
  const auto& t = tables();
  constexpr std::size_t kShortest = static_cast<std::size_t>(audio::kTelephoneRate / kHighestF0);
  constexpr std::size_t kLongest = static_cast<std::size_t>(audio::kTelephoneRate / kLowestF0);
  // "Not voiced" is the stronger the quieter the frame is against the loudest of late.
  const double below = std::clamp((peak_db_ - step.frame.db) / kSilenceBelowPeak, 0.0, 1.0);
  step.strength[0] = kVoicingThreshold + std::max(0.0, (below - 0.6) * 1.5);
  if (correlation[0] <= 1e-12F || step.frame.db < -75) {
    step.strength[0] = 2;
    return;
  }
  std::array<double, kVoiceFrame / 2> r{};
  for (std::size_t i = kShortest - 1; i <= kLongest + 1; ++i)
    r[i] = static_cast<double>(correlation[i]) / correlation[0] * t.window_correlation[0] / t.window_correlation[i];
  for (std::size_t i = kShortest; i <= kLongest; ++i) {
    if (r[i] < 0.3 || r[i] < r[i - 1] || r[i] <= r[i + 1]) continue;
    const double curve = r[i - 1] - 2 * r[i] + r[i + 1];
    const double shift = curve < 0 ? std::clamp(0.5 * (r[i - 1] - r[i + 1]) / curve, -0.5, 0.5) : 0;
    const double height = std::min(0.9995, r[i] - 0.25 * (r[i - 1] - r[i + 1]) * shift);
    const double hertz = audio::kTelephoneRate / (static_cast<double>(i) + shift);
    const double strength = height - kOctaveCost * std::log2(kHighestF0 / hertz);
    std::size_t place = step.count;
    if (step.count < kCandidates) {
      ++step.count;
    } else {
      place = static_cast<std::size_t>(std::min_element(step.strength.begin() + 1, step.strength.end()) -
                                       step.strength.begin());
      if (step.strength[place] >= strength) continue;
    }
    step.f0[place] = hertz;
    step.strength[place] = strength;
    step.periodic[place] = height;
  }
}

void VoiceTrack::connect(Step& step) const {
  for (std::size_t c = 0; c < step.count; ++c) {
    step.best[c] = step.strength[c];
    if (steps_.empty()) continue;
    const Step& before = steps_.back();
    double most = -1e9;
    for (std::size_t p = 0; p < before.count; ++p) {
      double cost = 0;
      if ((step.f0[c] > 0) != (before.f0[p] > 0)) {
        cost = kVoicingChangeCost;
      } else if (step.f0[c] > 0) {
        cost = kOctaveJumpCost * std::abs(std::log2(step.f0[c] / before.f0[p]));
      }
      if (before.best[p] - cost > most) {
        most = before.best[p] - cost;
        step.from[c] = p;
      }
    }
    step.best[c] += most;
  }
  // Only differences matter; the sum would grow for ever.
  const double top = *std::max_element(step.best.begin(), step.best.begin() + static_cast<std::ptrdiff_t>(step.count));
  for (std::size_t c = 0; c < step.count; ++c) step.best[c] -= top;
}

void VoiceTrack::settle(std::size_t keep, std::vector<VoiceFrame>& out) {
  // One frame at a time, each decided by the frames up to `kSettleAfter` behind it: cutting the sound elsewhere changes
  // nothing.
  while (steps_.size() > keep) {
    const std::size_t until = std::min(steps_.size(), kSettleAfter + 1) - 1;
    std::size_t c = 0;
    for (std::size_t i = 1; i < steps_[until].count; ++i) {
      if (steps_[until].best[i] > steps_[until].best[c]) c = i;
    }
    for (std::size_t i = until; i > 0; --i) c = steps_[i].from[c];
    auto frame = steps_.front().frame;
    frame.f0 = steps_.front().f0[c];
    if (frame.f0 > 0) {
      const double r = std::clamp(steps_.front().periodic[c], 0.01, 0.9995);
      frame.hnr = decibel(r / (1 - r));
    }
    out.push_back(frame);
    steps_.pop_front();
  }
}

double fundamental(std::span<const audio::Sample> samples) {
  VoiceTrack track;
  std::vector<VoiceFrame> frames;
  track.push(samples, frames);
  track.finish(frames);
  return frames.empty() ? 0 : frames.front().f0;
}

}  // namespace mamori::speech
