#pragma once
// The sample types every audio module speaks: signed 16-bit PCM, native byte order, mono unless a type says otherwise.
#include <cstdint>
#include <span>
#include <vector>

namespace mamori::audio {

using Sample = std::int16_t;

/// The rate at which Mamori analyses and records telephone speech, in hertz.
inline constexpr int kTelephoneRate = 8000;

/// One channel of sound in memory. `rate` is in hertz and greater than zero.
struct Pcm {
  int rate = kTelephoneRate;
  std::vector<Sample> samples;

  [[nodiscard]] double seconds() const { return rate > 0 ? static_cast<double>(samples.size()) / rate : 0.0; }
};

/// Amplitude in [-1, 1).
[[nodiscard]] constexpr float to_float(Sample s) { return static_cast<float>(s) / 32768.0F; }

}  // namespace mamori::audio
