#pragma once
// Reading recordings: WAV and whatever else libsndfile opens (FLAC, OGG, AU), one or two channels.
//
// Thread-safe (no shared state). A file that cannot be used gives an Error whose message names the reason in words a
// person can act on; the caller adds the file name it was given.
#include <string>
#include <string_view>
#include <vector>

#include "audio/pcm.h"
#include "base/result.h"

namespace mamori::audio {

struct Recording {
  int rate = kTelephoneRate;                  // Hz, as in the file
  std::vector<std::vector<Sample>> channels;  // one or two, all of the same length
  bool truncated = false;                     // the header promises more sound than the file holds

  [[nodiscard]] double seconds() const {
    return channels.empty() || rate <= 0 ? 0.0 : static_cast<double>(channels.front().size()) / rate;
  }
};

/// Rates accepted, in Hz. Others are refused: they do not come from telephones, and a wrong header is likelier.
inline constexpr int kRates[] = {8000, 16000, 48000};

/// Four hours of stereo at 48 kHz: more is not one call, and would not fit a small machine's memory.
inline constexpr std::int64_t kMaxSamples = 4LL * 3600 * 48000;

/// Reads the whole file. Fails with kNotFound (missing), kInvalidArgument (not sound, zero length, more than two
/// channels, an unknown rate, too long). A truncated file is read as far as it goes and marked.
base::Result<Recording> read_recording(const std::string& path);

/// What makes a channel useless or doubtful for recognition.
struct Quality {
  double peak = 0;                                             // 0..1
  double rms_db = -120;                                        // dBFS over the whole channel
  double clipped_share = 0;                                    // share of samples at full scale
  [[nodiscard]] bool silent() const { return peak < 0.0015; }  // below 49 of 32768: nothing but line noise
  [[nodiscard]] bool clipped() const { return clipped_share > 0.005; }
};
Quality measure(std::span<const Sample> samples);

/// Writes 16-bit PCM WAV; for tests and tools.
base::Result<void> write_wav(const std::string& path, const Recording& recording);

}  // namespace mamori::audio
