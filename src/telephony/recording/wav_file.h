// One recording on disk: a stereo WAV that is playable at any moment, and its waveform peaks (docs/format/recording.md).
// Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

namespace mamori::telephony {

inline constexpr std::size_t kWavHeaderBytes = 44;
inline constexpr std::size_t kPeaksHeaderBytes = 16;
inline constexpr std::size_t kPeakSamples = 800;  // 100 ms

// Stereo, 8 kHz, signed 16 bit, `data_bytes` of samples.
std::array<std::uint8_t, kWavHeaderBytes> wav_header(std::uint32_t data_bytes);

class WavFile {
 public:
  // Makes `<path>` and `<path without .wav>.peaks`, mode 0600. kResourceExhausted when the disk is full.
  static base::Result<WavFile> create(const std::string& path);
  WavFile(WavFile&& other) noexcept;
  WavFile& operator=(WavFile&&) = delete;
  ~WavFile();  // closes; the header is written if it can be

  // Samples of both channels from `position` on (same length). A gap before it becomes silence; what lies before the end of
  // the file is skipped. kResourceExhausted: disk full or file too large; the file stays valid and takes no more.
  base::Result<> write(std::int64_t position, std::span<const std::int16_t> left, std::span<const std::int16_t> right);
  // Makes the file on disk playable up to here.
  base::Result<> write_header();
  // Header, peaks and data to the disk.
  base::Result<> finish();
  [[nodiscard]] std::int64_t frames() const { return frames_; }

 private:
  WavFile(int wav, int peaks) : wav_(wav), peaks_(peaks) {}
  base::Result<> append(std::span<const std::int16_t> interleaved);
  void add_peaks(std::span<const std::int16_t> interleaved);

  int wav_ = -1;
  int peaks_ = -1;
  std::int64_t frames_ = 0;
  std::array<std::int16_t, 4> extremes_{};  // min, max of left, then of right
  std::size_t in_bucket_ = 0;
};

// Makes a file that was cut off (kill -9, power loss) playable again: sizes in the header from the length of the file, half a
// frame at the end cut off. A file that is right is left alone. kDataLoss when it is not one of ours.
base::Result<> repair_wav(const std::string& path);
// All *.wav of a folder; returns how many were changed. What cannot be repaired is logged and left.
int repair_recordings(const std::string& folder);

}  // namespace mamori::telephony
