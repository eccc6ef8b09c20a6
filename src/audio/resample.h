#pragma once
// Bringing any accepted rate to the 8 kHz that recognition and telephony work at (speexdsp's polyphase resampler).
//
// A Resampler belongs to one stream and one thread. Feeding the same sound in other chunks gives the same result.
#include <memory>
#include <span>
#include <vector>

#include "audio/pcm.h"
#include "base/result.h"

namespace mamori::audio {

class Resampler {
 public:
  /// Rates in Hz, 8000 to 48000. Fails with kInvalidArgument for others.
  static base::Result<Resampler> make(int from, int to = kTelephoneRate);

  /// Appends what `in` yields to `out`. The filter's delay is taken out: the first sample out belongs to the first in.
  void push(std::span<const Sample> in, std::vector<Sample>& out);

  /// Appends the tail that the filter still holds. Nothing may be pushed afterwards.
  void finish(std::vector<Sample>& out);

 private:
  struct Destroy {
    void operator()(void* state) const;
  };
  Resampler(int from, int to) : from_(from), to_(to) {}
  void run(std::span<const Sample> in, std::vector<Sample>& out);

  int from_;
  int to_;
  std::size_t taken_ = 0;                 // samples in
  std::size_t given_ = 0;                 // samples out
  std::unique_ptr<void, Destroy> state_;  // null when the rates are equal
};

/// The whole of a channel at 8 kHz.
base::Result<std::vector<Sample>> to_telephone_rate(std::span<const Sample> in, int rate);

}  // namespace mamori::audio
