#include "telephony/recording/wav_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/log.h"

namespace mamori::telephony {
namespace {

using base::ErrorCode;
constexpr std::uint32_t kFrameBytes = 4;         // two channels of 16 bit
constexpr std::int64_t kMaxFrames = 0x3fff0000;  // a WAV's sizes are 32 bit: 37 hours
constexpr std::int64_t kMaxGap = std::int64_t{8000} * 3600;

void put_u32(std::uint8_t* at, std::uint32_t v) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(v >> (8 * i));
}

base::Result<> io_error(const char* what) {
  const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  return base::fail(full ? ErrorCode::kResourceExhausted : ErrorCode::kUnavailable,
                    std::string(what) + ": " + std::strerror(errno));
}

// The whole of it, or an error; `written` says how far it came.
base::Result<> write_all(int fd, const void* bytes, std::size_t size, std::size_t* written = nullptr) {
  const auto* at = static_cast<const std::uint8_t*>(bytes);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::write(fd, at + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      if (written != nullptr) *written = done;
      return io_error("write recording");
    }
    done += static_cast<std::size_t>(n);
  }
  if (written != nullptr) *written = done;
  return {};
}

int open_new(const std::string& path) { return open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600); }

std::int8_t peak(std::int16_t sample) { return static_cast<std::int8_t>(sample / 256); }

}  // namespace

std::array<std::uint8_t, kWavHeaderBytes> wav_header(std::uint32_t data_bytes) {
  std::array<std::uint8_t, kWavHeaderBytes> h{};
  std::memcpy(&h[0], "RIFF", 4);
  put_u32(&h[4], 36 + data_bytes);
  std::memcpy(&h[8], "WAVEfmt ", 8);
  put_u32(&h[16], 16);
  h[20] = 1;  // PCM
  h[22] = 2;  // channels
  put_u32(&h[24], 8000);
  put_u32(&h[28], 8000 * kFrameBytes);
  h[32] = kFrameBytes;
  h[34] = 16;
  std::memcpy(&h[36], "data", 4);
  put_u32(&h[40], data_bytes);
  return h;
}

base::Result<WavFile> WavFile::create(const std::string& path) {
  const int wav = open_new(path);
  if (wav < 0) return std::unexpected(io_error(("create " + path).c_str()).error());
  const int peaks = open_new(std::filesystem::path(path).replace_extension(".peaks"));
  WavFile file(wav, peaks);  // without peaks the recording is still worth having
  const auto header = wav_header(0);
  if (auto done = write_all(wav, header.data(), header.size()); !done) return std::unexpected(done.error());
  if (peaks >= 0) {
    std::array<std::uint8_t, kPeaksHeaderBytes> head{};
    std::memcpy(head.data(), "MPK1", 4);
    put_u32(&head[4], 8000);
    put_u32(&head[8], kPeakSamples);
    put_u32(&head[12], 2);
    (void)write_all(peaks, head.data(), head.size());
  }
  return file;
}

WavFile::WavFile(WavFile&& other) noexcept
    : wav_(std::exchange(other.wav_, -1)),
      peaks_(std::exchange(other.peaks_, -1)),
      frames_(other.frames_),
      extremes_(other.extremes_),
      in_bucket_(other.in_bucket_) {}

WavFile::~WavFile() {
  if (wav_ >= 0) {
    (void)write_header();
    close(wav_);
  }
  if (peaks_ >= 0) close(peaks_);
}

base::Result<> WavFile::write(std::int64_t position, std::span<const std::int16_t> left,
                              std::span<const std::int16_t> right) {
  std::size_t skip = 0;
  if (position < frames_) skip = static_cast<std::size_t>(std::min<std::int64_t>(frames_ - position, static_cast<std::int64_t>(left.size())));
  if (position > frames_) {
    std::int64_t gap = std::min(position - frames_, kMaxGap);
    const std::vector<std::int16_t> silence(2 * 8000);
    while (gap > 0) {
      const auto part = static_cast<std::size_t>(std::min<std::int64_t>(gap, 8000));
      if (auto done = append(std::span(silence).first(2 * part)); !done) return done;
      gap -= static_cast<std::int64_t>(part);
    }
  }
  std::vector<std::int16_t> interleaved;
  interleaved.reserve(2 * (left.size() - skip));
  for (std::size_t i = skip; i < left.size(); ++i) {
    interleaved.push_back(left[i]);
    interleaved.push_back(right[i]);
  }
  return append(interleaved);
}

base::Result<> WavFile::append(std::span<const std::int16_t> interleaved) {
  if (frames_ + static_cast<std::int64_t>(interleaved.size() / 2) > kMaxFrames) {
    return base::fail(ErrorCode::kResourceExhausted, "the recording is as long as a WAV can be (37 hours)");
  }
  std::size_t written = 0;
  auto done = write_all(wav_, interleaved.data(), interleaved.size_bytes(), &written);
  frames_ += static_cast<std::int64_t>(written / kFrameBytes);
  add_peaks(interleaved.first(written / kFrameBytes * 2));
  return done;
}

void WavFile::add_peaks(std::span<const std::int16_t> interleaved) {
  for (std::size_t i = 0; i + 1 < interleaved.size(); i += 2) {
    extremes_[0] = std::min(extremes_[0], interleaved[i]);
    extremes_[1] = std::max(extremes_[1], interleaved[i]);
    extremes_[2] = std::min(extremes_[2], interleaved[i + 1]);
    extremes_[3] = std::max(extremes_[3], interleaved[i + 1]);
    if (++in_bucket_ < kPeakSamples) continue;
    std::int8_t out[4];
    std::ranges::transform(extremes_, out, peak);
    if (peaks_ >= 0) (void)write_all(peaks_, out, sizeof out);
    extremes_ = {};
    in_bucket_ = 0;
  }
}

base::Result<> WavFile::write_header() {
  const auto header = wav_header(static_cast<std::uint32_t>(frames_) * kFrameBytes);
  if (pwrite(wav_, header.data(), header.size(), 0) != static_cast<ssize_t>(header.size())) return io_error("write the WAV header");
  return {};
}

base::Result<> WavFile::finish() {
  if (in_bucket_ > 0) {  // the last, shorter one
    std::int8_t out[4];
    std::ranges::transform(extremes_, out, peak);
    if (peaks_ >= 0) (void)write_all(peaks_, out, sizeof out);
    in_bucket_ = 0;
  }
  if (auto done = write_header(); !done) return done;
  if (ftruncate(wav_, static_cast<off_t>(kWavHeaderBytes + frames_ * kFrameBytes)) != 0 || fdatasync(wav_) != 0) {
    return io_error("finish the recording");
  }
  return {};
}

base::Result<> repair_wav(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return io_error(("open " + path).c_str());
  struct Close {
    int fd;
    ~Close() { close(fd); }
  } closer{fd};
  struct stat info{};
  std::array<std::uint8_t, kWavHeaderBytes> found{};
  if (fstat(fd, &info) != 0 || pread(fd, found.data(), found.size(), 0) != static_cast<ssize_t>(found.size())) {
    return base::fail(ErrorCode::kDataLoss, path + " is shorter than a WAV header");
  }
  const std::int64_t frames = std::min<std::int64_t>((info.st_size - static_cast<off_t>(kWavHeaderBytes)) / kFrameBytes, kMaxFrames);
  const auto right = wav_header(static_cast<std::uint32_t>(frames) * kFrameBytes);
  const auto ours = wav_header(0);
  // Everything but the two sizes must be what we write.
  if (!std::equal(&ours[8], &ours[40], &found[8]) || !std::equal(&ours[0], &ours[4], &found[0])) {
    return base::fail(ErrorCode::kDataLoss, path + " is not a recording of ours");
  }
  const auto length = static_cast<off_t>(kWavHeaderBytes + frames * kFrameBytes);
  if (found == right && info.st_size == length) return {};
  if (ftruncate(fd, length) != 0 || pwrite(fd, right.data(), right.size(), 0) != static_cast<ssize_t>(right.size())) {
    return io_error(("repair " + path).c_str());
  }
  return {};
}

int repair_recordings(const std::string& folder) {
  int changed = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".wav") continue;
    std::error_code ignored;
    const auto before = entry.last_write_time(ignored);
    if (auto done = repair_wav(entry.path()); !done) {
      base::log_warning("recording not repaired", {{"reason", done.error().message}});
    } else if (std::filesystem::last_write_time(entry.path(), ignored) != before) {
      ++changed;
    }
  }
  return changed;
}

}  // namespace mamori::telephony
