// Frames of the link protocol between the roles (docs/format/link.md). Pure: bytes in, frames out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace mamori::link {

inline constexpr int kVersion = 1;
inline constexpr std::size_t kMaxFrame = 1u << 20;
inline constexpr std::size_t kMaxStreamName = 80;
inline constexpr std::size_t kMaxAudioSamples = 8000;

enum class FrameType : std::uint8_t { kJson = 'J',
                                      kAudio = 'A' };

struct Frame {
  FrameType type = FrameType::kJson;
  std::string body;
};

struct Audio {
  std::string stream;          // "<call id>/caller" or "<call id>/agent"
  std::uint32_t rate = 8000;   // Hz
  std::uint64_t position = 0;  // of the first sample, in samples since the recording began
  std::vector<std::int16_t> samples;
};

// The whole frame, length included. encode(audio) needs stream of 1..80 bytes and at most 8,000 samples (longer is cut).
std::string encode(const base::json::object& message);
std::string encode(const Audio& audio);

base::Result<base::json::object> parse_message(const Frame& frame);
base::Result<Audio> parse_audio(const Frame& frame);

// Collects bytes and hands out whole frames. Not thread-safe. After an error the connection must be closed: every later
// call returns the same error. Memory is bounded by one frame plus what was pushed last.
class Decoder {
 public:
  void push(std::string_view bytes) { buffer_.append(bytes); }
  // A frame, or nothing yet (false in the optional sense: empty vector), or an error.
  base::Result<std::vector<Frame>> take();

 private:
  std::string buffer_;
  std::size_t offset_ = 0;
  bool broken_ = false;
};

}  // namespace mamori::link
