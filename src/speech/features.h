#pragma once
// Streaming log-mel features, the same arithmetic the network was trained on (ml/frontend.py).
//
// One Features object per stream, one thread. Feeding the same sound in other chunks gives bit-identical output.
// Memory per stream: about 6 kB.
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "audio/pcm.h"
#include "base/json.h"
#include "base/result.h"

namespace mamori::speech {

inline constexpr int kMels = 40;
inline constexpr int kFrame = 200;  // samples: 25 ms at 8 kHz
inline constexpr int kHop = 80;     // samples: 10 ms
inline constexpr int kFft = 256;

using MelFrame = std::array<float, kMels>;

/// Constants of the causal normalisation; they travel with the model.
struct FeatureConstants {
  float floor = 1e-6F;        // added to the power before the logarithm
  float peak_start = -13.0F;  // nats
  float peak_fall = 0.003F;   // nats per frame
  float gate = 4.0F;          // frames this far below the peak do not move the mean
  float quiet = -11.5F;       // nor do frames below this
  float mean_start = 15.0F;   // weight of the starting mean, in frames
  float mean_max = 400.0F;    // time constant of the mean, in frames
  float scale = 2.5F;
  float clamp = 3.0F;
  std::array<float, kMels> mean{};  // where the running mean starts
};

/// Reads "features" of an acoustic model's header. Fails where the model wants another front end than this one.
base::Result<FeatureConstants> feature_constants(const base::json::object& header, std::span<const float> mean);

class Features {
 public:
  explicit Features(const FeatureConstants& constants);

  /// Appends one normalised frame for every 80 samples completed, and its level (mean of the log-mel, nats) to
  /// `levels`.
  void push(std::span<const audio::Sample> pcm, std::vector<MelFrame>& frames, std::vector<float>& levels);

 private:
  void emit(std::vector<MelFrame>& frames, std::vector<float>& levels);

  FeatureConstants c_;
  std::vector<float> pending_;  // samples not yet fully consumed
  std::array<float, kMels> mean_;
  float peak_;
  float count_;
};

}  // namespace mamori::speech
