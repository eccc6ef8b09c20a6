// Session descriptions (RFC 8866): parsing outside bytes and writing our own. Pure and bounded.
//
// Only what a telephone call needs is kept: origin, connection, and per media line the port, formats, rtpmap, fmtp, ptime
// and direction. Everything else is checked for shape and skipped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mamori::telephony {

inline constexpr std::size_t kMaxSdpBytes = 16 * 1024;
inline constexpr std::size_t kMaxSdpLines = 400;
inline constexpr std::size_t kMaxSdpMedia = 8;
inline constexpr std::size_t kMaxSdpFormats = 64;

// Seen from the side that wrote the description (RFC 8866 section 6.7).
enum class Direction { kSendRecv,
                       kSendOnly,
                       kRecvOnly,
                       kInactive };
std::string_view to_id(Direction direction);
// What the other side must answer: sendonly for recvonly and the reverse (RFC 3264 section 6.1).
Direction mirrored(Direction direction);

struct RtpMap {
  int payload = 0;  // 0..127
  std::string encoding;
  std::uint32_t clock = 8000;  // Hz
  std::uint32_t channels = 1;
};

struct MediaLine {
  std::string kind;  // "audio", "video", ...
  std::uint16_t port = 0;
  std::string protocol;              // "RTP/AVP"
  std::vector<std::string> formats;  // as written, at least one
  std::string connection;            // address of this line; empty: the session's
  std::vector<RtpMap> maps;
  std::vector<std::pair<int, std::string>> fmtp;
  int ptime = 0;  // ms; 0: not said
  Direction direction = Direction::kSendRecv;
};

struct SessionDescription {
  std::string origin_user = "-";
  std::uint64_t id = 0;
  std::uint64_t version = 0;
  std::string origin_address = "0.0.0.0";
  std::string connection;  // empty: every media line has its own
  std::vector<MediaLine> media;
};

// kInvalidArgument with the line that is wrong, when the text is not SDP or is over the bounds above.
// Lines may end in CRLF or LF.
base::Result<SessionDescription> parse_sdp(std::string_view text);
// With CRLF. Addresses with ':' are written as IP6.
std::string write_sdp(const SessionDescription& session);

}  // namespace mamori::telephony
