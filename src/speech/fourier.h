#pragma once
// A power-of-two Fourier transform of real sound, for analysis of voices. Immutable after construction, so any number
// of threads may use one.
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

namespace mamori::speech {

template <int N>
class Fourier {
  static_assert(N >= 4 && (N & (N - 1)) == 0);

 public:
  static constexpr int kBins = N / 2 + 1;

  Fourier() {
    for (int i = 0; i < N / 2; ++i) {
      const double a = -2 * std::numbers::pi * i / N;
      cosine_[i] = static_cast<float>(std::cos(a));
      sine_[i] = static_cast<float>(std::sin(a));
    }
    for (int i = 0; i < N; ++i) {
      int r = 0;
      for (int bit = 1, x = i; bit < N; bit <<= 1, x >>= 1) r = (r << 1) | (x & 1);
      reversed_[i] = r;
    }
  }

  /// Squared magnitudes of the transform of `samples` (at most N, zeros after them), bins 0..N/2.
  void power(std::span<const float> samples, std::span<float, kBins> out) const {
    Work x;
    for (std::size_t i = 0; i < samples.size(); ++i) x.re[reversed_[i]] = samples[i];
    transform(x);
    for (int i = 0; i < kBins; ++i) out[i] = x.re[i] * x.re[i] + x.im[i] * x.im[i];
  }

  /// The autocorrelation (times N) of what has this power spectrum, from lag 0 on.
  void correlation(std::span<const float, kBins> power, std::span<float> out) const {
    Work x;
    for (int i = 0; i < N; ++i) x.re[reversed_[i]] = power[i < kBins ? i : N - i];
    transform(x);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = x.re[i];
  }

 private:
  struct Work {
    std::array<float, N> re{};
    std::array<float, N> im{};
  };
  void transform(Work& x) const {
    for (int size = 2; size <= N; size <<= 1) {
      const int half = size / 2;
      const int step = N / size;
      for (int base = 0; base < N; base += size) {
        for (int i = 0; i < half; ++i) {
          const float c = cosine_[i * step];
          const float s = sine_[i * step];
          const int a = base + i;
          const int b = a + half;
          const float re = x.re[b] * c - x.im[b] * s;
          const float im = x.re[b] * s + x.im[b] * c;
          x.re[b] = x.re[a] - re;
          x.im[b] = x.im[a] - im;
          x.re[a] += re;
          x.im[a] += im;
        }
      }
    }
  }
  std::array<float, N / 2> cosine_{};
  std::array<float, N / 2> sine_{};
  std::array<int, N> reversed_{};
};

}  // namespace mamori::speech
