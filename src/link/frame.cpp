#include "link/frame.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace mamori::link {
namespace {

using base::ErrorCode;

void put_u32(std::string& out, std::uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift);
}
void put_u64(std::string& out, std::uint64_t v) {
  put_u32(out, static_cast<std::uint32_t>(v >> 32));
  put_u32(out, static_cast<std::uint32_t>(v));
}
std::uint32_t get_u32(const char* p) {
  std::uint32_t v = 0;
  for (int i = 0; i < 4; ++i) v = (v << 8) | static_cast<std::uint8_t>(p[i]);
  return v;
}
std::uint64_t get_u64(const char* p) { return (static_cast<std::uint64_t>(get_u32(p)) << 32) | get_u32(p + 4); }

static_assert(std::endian::native == std::endian::little, "PCM bodies are little-endian; add a swap for this machine");

}  // namespace

std::string encode(const base::json::object& message) {
  const std::string body = base::json::serialize(message);
  std::string out;
  out.reserve(body.size() + 5);
  put_u32(out, static_cast<std::uint32_t>(body.size() + 1));
  out += static_cast<char>(FrameType::kJson);
  out += body;
  return out;
}

std::string encode(const Audio& audio) {
  const std::size_t name = std::min(audio.stream.size(), kMaxStreamName);
  const std::size_t samples = std::min(audio.samples.size(), kMaxAudioSamples);
  std::string out;
  out.reserve(5 + 1 + name + 12 + samples * 2);
  put_u32(out, static_cast<std::uint32_t>(1 + 1 + name + 12 + samples * 2));
  out += static_cast<char>(FrameType::kAudio);
  out += static_cast<char>(name);
  out.append(audio.stream, 0, name);
  put_u32(out, audio.rate);
  put_u64(out, audio.position);
  out.append(reinterpret_cast<const char*>(audio.samples.data()), samples * 2);
  return out;
}

base::Result<base::json::object> parse_message(const Frame& frame) {
  auto value = base::parse_json(frame.body, kMaxFrame);
  if (!value) return base::fail(value.error(), "link message");
  if (!value->is_object() || !value->get_object().contains("type")) {
    return base::fail(ErrorCode::kInvalidArgument, "link message: not an object with a type");
  }
  return std::move(value->get_object());
}

base::Result<Audio> parse_audio(const Frame& frame) {
  const std::string& b = frame.body;
  if (b.empty()) return base::fail(ErrorCode::kInvalidArgument, "link audio: empty");
  const std::size_t name = static_cast<std::uint8_t>(b[0]);
  if (name < 1 || name > kMaxStreamName || b.size() < 1 + name + 12) {
    return base::fail(ErrorCode::kInvalidArgument, "link audio: bad stream name or short header");
  }
  Audio audio;
  audio.stream.assign(b, 1, name);
  audio.rate = get_u32(b.data() + 1 + name);
  audio.position = get_u64(b.data() + 1 + name + 4);
  const std::size_t bytes = b.size() - (1 + name + 12);
  if (audio.rate != 8000) {
    return base::fail(ErrorCode::kInvalidArgument, "link audio: rate " + std::to_string(audio.rate) + " is not 8000");
  }
  if (bytes % 2 != 0 || bytes / 2 > kMaxAudioSamples) {
    return base::fail(ErrorCode::kInvalidArgument, "link audio: odd or too many bytes");
  }
  audio.samples.resize(bytes / 2);
  if (bytes > 0) std::memcpy(audio.samples.data(), b.data() + 1 + name + 12, bytes);
  return audio;
}

base::Result<std::vector<Frame>> Decoder::take() {
  std::vector<Frame> frames;
  while (!broken_) {
    const std::size_t have = buffer_.size() - offset_;
    if (have < 4) break;
    const std::size_t length = get_u32(buffer_.data() + offset_);
    if (length < 1 || length > kMaxFrame) {
      broken_ = true;
      break;
    }
    if (have < 5) break;
    const auto type = static_cast<std::uint8_t>(buffer_[offset_ + 4]);
    if (type != 'J' && type != 'A') {
      broken_ = true;
      break;
    }
    if (have < 4 + length) break;
    frames.push_back({static_cast<FrameType>(type), buffer_.substr(offset_ + 5, length - 1)});
    offset_ += 4 + length;
  }
  if (broken_ && frames.empty()) {
    return base::fail(ErrorCode::kInvalidArgument, "link: frame length or type is not of this protocol");
  }
  buffer_.erase(0, offset_);
  offset_ = 0;
  return frames;
}

}  // namespace mamori::link
