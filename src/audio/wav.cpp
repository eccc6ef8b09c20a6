#include "audio/wav.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

namespace mamori::audio {
namespace {

using base::ErrorCode;

struct Close {
  void operator()(SNDFILE* f) const { sf_close(f); }
};
using File = std::unique_ptr<SNDFILE, Close>;

constexpr sf_count_t kBlock = 65536;  // frames read at a time

// The `data` chunk length a RIFF header declares, or -1 where there is none to be found. libsndfile silently shortens
// a truncated file, so the promise is read here.
std::int64_t declared_data_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  char head[12];
  if (!in.read(head, sizeof head) || std::memcmp(head, "RIFF", 4) != 0 || std::memcmp(head + 8, "WAVE", 4) != 0)
    return -1;
  for (int chunks = 0; chunks < 64; ++chunks) {
    unsigned char chunk[8];
    if (!in.read(reinterpret_cast<char*>(chunk), sizeof chunk)) return -1;
    const std::uint32_t size =
        chunk[4] | (chunk[5] << 8) | (chunk[6] << 16) | (static_cast<std::uint32_t>(chunk[7]) << 24);
    if (std::memcmp(chunk, "data", 4) == 0) {
      // 0 and 0xFFFFFFFF are what streaming writers leave: no promise.
      if (size == 0 || size == 0xFFFFFFFFU) return -1;
      return static_cast<std::int64_t>(in.tellg()) + size;
    }
    in.seekg(static_cast<std::streamoff>(size) + (size & 1), std::ios::cur);
  }
  return -1;
}

base::Result<void> check(const SF_INFO& info) {
  if (std::find(std::begin(kRates), std::end(kRates), info.samplerate) == std::end(kRates)) {
    return base::fail(ErrorCode::kInvalidArgument, "sample rate " + std::to_string(info.samplerate) +
                                                       " Hz is not supported (8000, 16000 or 48000 Hz)");
  }
  if (info.channels < 1 || info.channels > 2) {
    return base::fail(ErrorCode::kInvalidArgument,
                      std::to_string(info.channels) + " channels; one or two are expected");
  }
  return {};
}

}  // namespace

base::Result<Recording> read_recording(const std::string& path) {
  std::error_code ec;
  const auto status = std::filesystem::status(path, ec);
  if (!std::filesystem::exists(status)) return base::fail(ErrorCode::kNotFound, "no such file");
  if (!std::filesystem::is_regular_file(status)) return base::fail(ErrorCode::kInvalidArgument, "not a regular file");
  const auto bytes = std::filesystem::file_size(path, ec);
  if (ec || bytes == 0) return base::fail(ErrorCode::kInvalidArgument, "the file is empty (0 bytes)");

  SF_INFO info{};
  File file(sf_open(path.c_str(), SFM_READ, &info));
  if (!file) {
    return base::fail(ErrorCode::kInvalidArgument,
                      std::string("not a sound file that can be read (") + sf_strerror(nullptr) + ")");
  }
  if (auto ok = check(info); !ok) return std::unexpected(ok.error());

  Recording recording;
  recording.rate = info.samplerate;
  recording.channels.resize(static_cast<std::size_t>(info.channels));
  // Two hours grown by doubling would need twice their room. A header may promise anything; a frame has at least a byte.
  const auto promised = std::clamp<std::int64_t>(info.frames, 0, std::min<std::int64_t>(kMaxSamples, static_cast<std::int64_t>(bytes)));
  for (auto& channel : recording.channels) channel.reserve(static_cast<std::size_t>(promised));
  std::vector<Sample> block(static_cast<std::size_t>(kBlock * info.channels));
  // libsndfile makes 0 of every floating-point sample below 1 when it is asked for integers.
  const int width = info.format & SF_FORMAT_SUBMASK;
  const bool floating = width == SF_FORMAT_FLOAT || width == SF_FORMAT_DOUBLE;
  std::vector<float> numbers(floating ? block.size() : 0);
  while (true) {
    const sf_count_t got = floating ? sf_readf_float(file.get(), numbers.data(), kBlock) : sf_readf_short(file.get(), block.data(), kBlock);
    for (std::size_t i = 0; floating && i < numbers.size(); ++i)
      block[i] = std::isfinite(numbers[i]) ? static_cast<Sample>(std::clamp(numbers[i] * 32768.0F, -32768.0F, 32767.0F)) : Sample{0};
    if (got <= 0) break;
    for (int c = 0; c < info.channels; ++c) {
      auto& channel = recording.channels[static_cast<std::size_t>(c)];
      for (sf_count_t i = 0; i < got; ++i) channel.push_back(block[static_cast<std::size_t>(i * info.channels + c)]);
    }
    if (static_cast<std::int64_t>(recording.channels[0].size()) > kMaxSamples) {
      return base::fail(ErrorCode::kInvalidArgument, "the recording is longer than four hours");
    }
  }
  const std::int64_t declared = declared_data_bytes(path);
  recording.truncated = declared > static_cast<std::int64_t>(bytes);
  if (recording.channels[0].empty()) {
    return base::fail(ErrorCode::kInvalidArgument, recording.truncated
                                                       ? "truncated: the header is there, the sound is not"
                                                       : "zero length: it holds no sound");
  }
  return recording;
}

Quality measure(std::span<const Sample> samples) {
  Quality q;
  if (samples.empty()) return q;
  double energy = 0;
  std::size_t full = 0;
  int peak = 0;
  for (const Sample s : samples) {
    const int a = std::abs(static_cast<int>(s));
    peak = std::max(peak, a);
    energy += static_cast<double>(s) * s;
    if (a >= 32700) ++full;
  }
  const double n = static_cast<double>(samples.size());
  q.peak = peak / 32768.0;
  q.rms_db = 10 * std::log10(energy / n / (32768.0 * 32768.0) + 1e-12);
  q.clipped_share = static_cast<double>(full) / n;
  return q;
}

base::Result<void> write_wav(const std::string& path, const Recording& recording) {
  const std::size_t channels = recording.channels.size();
  if (channels < 1 || channels > 2) return base::fail(ErrorCode::kInvalidArgument, "one or two channels are expected");
  SF_INFO info{};
  info.samplerate = recording.rate;
  info.channels = static_cast<int>(channels);
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  File file(sf_open(path.c_str(), SFM_WRITE, &info));
  if (!file) return base::fail(ErrorCode::kUnavailable, path + ": " + sf_strerror(nullptr));
  const std::size_t frames = recording.channels[0].size();
  std::vector<Sample> mixed(frames * channels);
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < std::min(frames, recording.channels[c].size()); ++i)
      mixed[i * channels + c] = recording.channels[c][i];
  }
  if (sf_writef_short(file.get(), mixed.data(), static_cast<sf_count_t>(frames)) != static_cast<sf_count_t>(frames)) {
    return base::fail(ErrorCode::kResourceExhausted, path + ": " + sf_strerror(file.get()));
  }
  return {};
}

}  // namespace mamori::audio
