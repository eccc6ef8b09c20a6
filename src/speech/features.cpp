#include "speech/features.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace mamori::speech {
namespace {

constexpr int kBins = kFft / 2 + 1;
constexpr double kLow = 100.0;    // Hz
constexpr double kHigh = 3800.0;  // Hz

struct Tables {
  std::array<float, kFrame> window{};
  std::array<std::complex<float>, kFft / 2> twiddle{};
  std::array<int, kFft> reversed{};
  struct Filter {
    int first = 0;
    std::vector<float> weights;
  };
  std::array<Filter, kMels> filters;

  Tables() {
    for (int i = 0; i < kFrame; ++i)
      window[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / kFrame));
    for (int i = 0; i < kFft / 2; ++i) {
      const double a = -2 * std::numbers::pi * i / kFft;
      twiddle[i] = {static_cast<float>(std::cos(a)), static_cast<float>(std::sin(a))};
    }
    for (int i = 0; i < kFft; ++i) {
      int r = 0;
      for (int bit = 1, x = i; bit < kFft; bit <<= 1, x >>= 1) r = (r << 1) | (x & 1);
      reversed[i] = r;
    }
    // HTK mel scale: 2595 log10(1 + f / 700).
    const auto mel = [](double f) { return 2595 * std::log10(1 + f / 700); };
    const auto hertz = [](double m) { return 700 * (std::pow(10, m / 2595) - 1); };
    std::array<double, kMels + 2> edges{};
    for (int i = 0; i < kMels + 2; ++i) edges[i] = hertz(mel(kLow) + (mel(kHigh) - mel(kLow)) * i / (kMels + 1));
    for (int m = 0; m < kMels; ++m) {
      for (int bin = 0; bin < kBins; ++bin) {
        const double f = static_cast<double>(bin) * audio::kTelephoneRate / kFft;
        const double w =
            std::min((f - edges[m]) / (edges[m + 1] - edges[m]), (edges[m + 2] - f) / (edges[m + 2] - edges[m + 1]));
        if (w <= 0) continue;
        if (filters[m].weights.empty()) filters[m].first = bin;
        filters[m].weights.push_back(static_cast<float>(w));
      }
    }
  }
};

const Tables& tables() {
  static const Tables t;  // immutable after construction, shared by all streams
  return t;
}

void transform(std::array<std::complex<float>, kFft>& x) {
  const auto& t = tables();
  for (int size = 2; size <= kFft; size <<= 1) {
    const int half = size / 2;
    const int step = kFft / size;
    for (int base = 0; base < kFft; base += size) {
      for (int i = 0; i < half; ++i) {
        const auto odd = x[base + i + half] * t.twiddle[i * step];
        x[base + i + half] = x[base + i] - odd;
        x[base + i] += odd;
      }
    }
  }
}

MelFrame log_mel(std::span<const float> samples, float floor) {
  const auto& t = tables();
  std::array<std::complex<float>, kFft> x{};
  for (int i = 0; i < kFrame; ++i) x[t.reversed[i]] = samples[i] * t.window[i];
  transform(x);
  std::array<float, kBins> power{};
  for (int i = 0; i < kBins; ++i) power[i] = std::norm(x[i]);
  MelFrame out{};
  for (int m = 0; m < kMels; ++m) {
    float sum = 0;
    const auto& filter = t.filters[m];
    for (std::size_t i = 0; i < filter.weights.size(); ++i) sum += filter.weights[i] * power[filter.first + i];
    out[m] = std::log(sum + floor);
  }
  return out;
}

}  // namespace

base::Result<FeatureConstants> feature_constants(const base::json::object& header, std::span<const float> mean) {
  const auto* f = header.if_contains("features");
  if (f == nullptr || !f->is_object())
    return base::fail(base::ErrorCode::kDataLoss, "acoustic model: no feature description");
  const auto& o = f->as_object();
  if (base::get_int(o, "rate") != audio::kTelephoneRate || base::get_int(o, "frame") != kFrame ||
      base::get_int(o, "hop") != kHop || base::get_int(o, "fft") != kFft || base::get_int(o, "mels") != kMels ||
      base::get_double(o, "low") != kLow || base::get_double(o, "high") != kHigh || mean.size() != kMels) {
    return base::fail(base::ErrorCode::kInvalidArgument,
                      "acoustic model: it wants another front end than this program has");
  }
  FeatureConstants c;
  const auto number = [&o](const char* name, float fallback) {
    return static_cast<float>(base::get_double(o, name, fallback));
  };
  c.floor = number("floor", c.floor);
  c.peak_start = number("peak_start", c.peak_start);
  c.peak_fall = number("peak_fall", c.peak_fall);
  c.gate = number("gate", c.gate);
  c.quiet = number("quiet", c.quiet);
  c.mean_start = number("mean_start", c.mean_start);
  c.mean_max = number("mean_max", c.mean_max);
  c.scale = number("scale", c.scale);
  c.clamp = number("clamp", c.clamp);
  if (!(c.floor > 0) || !(c.scale > 0) || !(c.clamp > 0) || !(c.mean_start >= 1) || !(c.mean_max >= c.mean_start)) {
    return base::fail(base::ErrorCode::kDataLoss, "acoustic model: feature constants out of range");
  }
  std::copy(mean.begin(), mean.end(), c.mean.begin());
  return c;
}

Features::Features(const FeatureConstants& constants)
    : c_(constants), mean_(constants.mean), peak_(constants.peak_start), count_(constants.mean_start) {}

void Features::push(std::span<const audio::Sample> pcm, std::vector<MelFrame>& frames, std::vector<float>& levels) {
  std::size_t at = 0;
  while (at < pcm.size()) {
    const std::size_t take = std::min(pcm.size() - at, kFrame - pending_.size());
    for (std::size_t i = 0; i < take; ++i) pending_.push_back(audio::to_float(pcm[at + i]));
    at += take;
    if (pending_.size() == kFrame) {
      emit(frames, levels);
      pending_.erase(pending_.begin(), pending_.begin() + kHop);
    }
  }
}

void Features::emit(std::vector<MelFrame>& frames, std::vector<float>& levels) {
  MelFrame mel = log_mel(pending_, c_.floor);
  float level = 0;
  for (const float v : mel) level += v;
  level /= kMels;
  peak_ = std::max(level, peak_ - c_.peak_fall);
  if (level > peak_ - c_.gate && level > c_.quiet) {
    count_ = std::min(count_ + 1, c_.mean_max);
    for (int m = 0; m < kMels; ++m) mean_[m] += (mel[m] - mean_[m]) / count_;
  }
  for (int m = 0; m < kMels; ++m) mel[m] = std::clamp((mel[m] - mean_[m]) / c_.scale, -c_.clamp, c_.clamp);
  frames.push_back(mel);
  levels.push_back(level);
}

}  // namespace mamori::speech
