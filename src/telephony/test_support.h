// For tests of the media role: a hub on the link, sounds that can be told apart, and WAV files.
#pragma once

#include <gtest/gtest.h>
#include <sndfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "link/frame.h"
#include "telephony/codec.h"

namespace mamori::telephony {

using Samples = std::vector<std::int16_t>;

// ---- a hub

class Hub {
 public:
  explicit Hub(const std::string& path) {
    fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    send({{"type", "hello"}, {"link", link::kVersion}, {"role", "hub"}});
    thread_ = std::thread([this] { run(); });
  }
  ~Hub() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
  }
  void send(const base::json::object& message) {
    const std::string bytes = link::encode(message);
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  // The first message of this type whose member has this value.
  std::optional<base::json::object> wait(std::string_view type, std::string_view member = {}, const base::json::value& value = nullptr,
                                         std::chrono::milliseconds timeout = std::chrono::seconds(15)) {
    std::unique_lock lock(mutex_);
    std::optional<base::json::object> found;
    changed_.wait_for(lock, timeout, [&] {
      for (const auto& m : messages_) {
        if (base::get_string(m, "type") != type) continue;
        if (!member.empty() && (!m.contains(member) || m.at(member) != value)) continue;
        found = m;
        return true;
      }
      return false;
    });
    return found;
  }
  base::json::object command(const std::string& call, std::string_view what, std::string_view prompt = {}) {
    const std::int64_t id = ++next_;
    base::json::object message{{"type", "command"}, {"id", id}, {"call", call}, {"command", what}};
    if (!prompt.empty()) message["prompt"] = prompt;
    send(message);
    return wait("result", "id", id).value_or(base::json::object{});
  }
  std::map<std::string, Samples> audio() {
    const std::lock_guard lock(mutex_);
    return audio_;
  }

 private:
  void run() {
    link::Decoder decoder;
    char buffer[65536];
    for (ssize_t n; (n = read(fd_, buffer, sizeof buffer)) > 0;) {
      decoder.push({buffer, static_cast<std::size_t>(n)});
      auto frames = decoder.take();
      if (!frames) return;
      const std::lock_guard lock(mutex_);
      for (const auto& frame : *frames) take(frame);
      changed_.notify_all();
    }
  }
  void take(const link::Frame& frame) {
    if (frame.type == link::FrameType::kJson) {
      messages_.push_back(*link::parse_message(frame));
      return;
    }
    const auto audio = link::parse_audio(frame);
    Samples& stream = audio_[audio->stream];
    stream.resize(std::max(stream.size(), static_cast<std::size_t>(audio->position) + audio->samples.size()));
    std::ranges::copy(audio->samples, stream.begin() + static_cast<std::ptrdiff_t>(audio->position));
  }
  int fd_;
  std::int64_t next_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<base::json::object> messages_;
  std::map<std::string, Samples> audio_;
  std::thread thread_;
};

// ---- sounds

inline Samples tone(double hz, double seconds, double amplitude = 8000) {
  Samples out(static_cast<std::size_t>(seconds * kSampleRate));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::int16_t>(amplitude * std::sin(2 * M_PI * hz * static_cast<double>(i) / kSampleRate));
  }
  return out;
}

// Pseudo-random sound: unlike a tone it matches at one offset only.
inline Samples noise(double seconds, unsigned seed) {
  Samples out(static_cast<std::size_t>(seconds * kSampleRate));
  double smooth = 0;
  for (auto& sample : out) {
    seed = seed * 1664525u + 1013904223u;
    smooth = 0.6 * smooth + 0.4 * (static_cast<double>(seed >> 16) - 32768);
    sample = static_cast<std::int16_t>(smooth / 3);
  }
  return out;
}

// Energy at one frequency as amplitude (Goertzel).
inline double amplitude_at(std::span<const std::int16_t> x, double hz) {
  const double w = 2 * M_PI * hz / kSampleRate;
  double a = 0, b = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    a += x[i] * std::cos(w * static_cast<double>(i));
    b += x[i] * std::sin(w * static_cast<double>(i));
  }
  return x.empty() ? 0 : 2 * std::hypot(a, b) / static_cast<double>(x.size());
}

inline std::span<const std::int16_t> part(const Samples& x, double from, double to) {
  const auto begin = std::min(x.size(), static_cast<std::size_t>(from * kSampleRate));
  const auto end = std::min(x.size(), static_cast<std::size_t>(to * kSampleRate));
  return std::span(x).subspan(begin, end - begin);
}

struct Match {
  std::int64_t offset = 0;
  double snr_db = -100;
};
// Where `sent` is found best in `got`, and how well.
inline Match best_match(std::span<const std::int16_t> sent, const Samples& got) {
  Match best;
  double energy = 0;
  for (const auto s : sent) energy += static_cast<double>(s) * s;
  for (std::size_t offset = 0; offset + sent.size() <= got.size(); ++offset) {
    double error = 0;
    for (std::size_t i = 0; i < sent.size() && error < energy * 2; ++i) {
      const double d = static_cast<double>(sent[i]) - got[offset + i];
      error += d * d;
      if ((i & 63) == 63 && error > energy * std::pow(10, -best.snr_db / 10)) break;
    }
    const double snr = 10 * std::log10(energy / std::max(error, 1.0));
    if (snr > best.snr_db) best = {static_cast<std::int64_t>(offset), snr};
  }
  return best;
}

inline void write_wav(const std::string& path, const Samples& samples, int rate = kSampleRate) {
  SF_INFO info{};
  info.samplerate = rate;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  ASSERT_NE(file, nullptr);
  sf_writef_short(file, samples.data(), static_cast<sf_count_t>(samples.size()));
  sf_close(file);
}

struct Stereo {
  Samples left, right;
};
inline Stereo read_stereo(const std::string& path) {
  SF_INFO info{};
  SNDFILE* file = sf_open(path.c_str(), SFM_READ, &info);
  Stereo out;
  if (file == nullptr || info.channels != 2) return out;
  Samples all(static_cast<std::size_t>(info.frames) * 2);
  sf_readf_short(file, all.data(), info.frames);
  sf_close(file);
  for (std::size_t i = 0; i < all.size(); i += 2) {
    out.left.push_back(all[i]);
    out.right.push_back(all[i + 1]);
  }
  return out;
}

}  // namespace mamori::telephony
