#include "telephony/sdp/session.h"

#include <charconv>
#include <optional>

namespace mamori::telephony {
namespace {

using base::ErrorCode;

// Cuts the next word (separated by single spaces) off the front.
std::string_view take_word(std::string_view& text) {
  const auto space = text.find(' ');
  const auto word = text.substr(0, space);
  text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
  return word;
}

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool printable(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return false;
  }
  return true;
}

// An address is only letters, digits, dots, colons and hyphens, and not longer than a host name may be.
bool address_shaped(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  for (const char c : text) {
    const bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == ':' ||
                    c == '-';
    if (!ok) return false;
  }
  return true;
}

std::optional<std::string> parse_connection(std::string_view value) {
  const auto net = take_word(value);
  const auto kind = take_word(value);
  const auto address = value.substr(0, value.find('/'));  // a multicast TTL may follow
  if (net != "IN" || (kind != "IP4" && kind != "IP6") || !address_shaped(address)) return std::nullopt;
  return std::string(address);
}

bool parse_origin(std::string_view value, SessionDescription& out) {
  out.origin_user = std::string(take_word(value));
  const auto id = take_word(value);
  const auto version = take_word(value);
  const auto address = parse_connection(value);
  if (out.origin_user.empty() || id.empty() || version.empty() || !address) return false;
  // Some phones write numbers beyond 64 bit: the value only matters for comparing, so 0 does.
  out.id = number<std::uint64_t>(id).value_or(0);
  out.version = number<std::uint64_t>(version).value_or(0);
  out.origin_address = *address;
  return true;
}

std::optional<MediaLine> parse_media(std::string_view value) {
  MediaLine line;
  line.kind = std::string(take_word(value));
  const auto port_text = take_word(value);
  const auto port = number<std::uint16_t>(port_text.substr(0, port_text.find('/')));
  line.protocol = std::string(take_word(value));
  if (line.kind.empty() || !port || line.protocol.empty() || value.empty()) return std::nullopt;
  line.port = *port;
  while (!value.empty()) {
    const auto format = take_word(value);
    if (format.empty()) continue;
    if (line.formats.size() == kMaxSdpFormats) return std::nullopt;
    line.formats.emplace_back(format);
  }
  if (line.formats.empty()) return std::nullopt;
  return line;
}

std::optional<RtpMap> parse_rtpmap(std::string_view value) {
  RtpMap map;
  const auto payload = number<int>(take_word(value));
  const auto slash = value.find('/');
  if (!payload || *payload < 0 || *payload > 127 || slash == std::string_view::npos || slash == 0) return std::nullopt;
  map.payload = *payload;
  map.encoding = std::string(value.substr(0, slash));
  value.remove_prefix(slash + 1);
  const auto second = value.find('/');
  const auto clock = number<std::uint32_t>(value.substr(0, second));
  if (!clock || *clock == 0) return std::nullopt;
  map.clock = *clock;
  if (second != std::string_view::npos) map.channels = number<std::uint32_t>(value.substr(second + 1)).value_or(1);
  return map;
}

std::optional<Direction> direction_from(std::string_view name) {
  if (name == "sendrecv") return Direction::kSendRecv;
  if (name == "sendonly") return Direction::kSendOnly;
  if (name == "recvonly") return Direction::kRecvOnly;
  if (name == "inactive") return Direction::kInactive;
  return std::nullopt;
}

// Attributes of a media line. Unknown ones are skipped; a known one that is broken refuses the description.
bool parse_attribute(std::string_view value, MediaLine& line) {
  const auto colon = value.find(':');
  const auto name = value.substr(0, colon);
  auto rest = colon == std::string_view::npos ? std::string_view{} : value.substr(colon + 1);
  if (name == "rtpmap") {
    auto map = parse_rtpmap(rest);
    if (!map || line.maps.size() == kMaxSdpFormats) return false;
    line.maps.push_back(std::move(*map));
  } else if (name == "fmtp") {
    const auto payload = number<int>(take_word(rest));
    if (payload && *payload >= 0 && *payload <= 127 && line.fmtp.size() < kMaxSdpFormats) {
      line.fmtp.emplace_back(*payload, std::string(rest));
    }
  } else if (name == "ptime") {
    const auto ptime = number<int>(rest);
    if (ptime && *ptime > 0 && *ptime <= 200) line.ptime = *ptime;
  } else if (const auto direction = direction_from(name)) {
    line.direction = *direction;
  }
  return true;
}

base::Result<SessionDescription> refuse(std::size_t line, std::string_view why) {
  return base::fail(ErrorCode::kInvalidArgument, "SDP line " + std::to_string(line) + ": " + std::string(why));
}

}  // namespace

std::string_view to_id(Direction direction) {
  switch (direction) {
    case Direction::kSendRecv: return "sendrecv";
    case Direction::kSendOnly: return "sendonly";
    case Direction::kRecvOnly: return "recvonly";
    case Direction::kInactive: return "inactive";
  }
  return "inactive";
}

Direction mirrored(Direction direction) {
  if (direction == Direction::kSendOnly) return Direction::kRecvOnly;
  if (direction == Direction::kRecvOnly) return Direction::kSendOnly;
  return direction;
}

base::Result<SessionDescription> parse_sdp(std::string_view text) {
  if (text.size() > kMaxSdpBytes) return base::fail(ErrorCode::kInvalidArgument, "SDP is longer than 16 KiB");
  SessionDescription session;
  Direction session_direction = Direction::kSendRecv;
  bool has_origin = false;
  std::size_t line_number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (++line_number > kMaxSdpLines) return refuse(line_number, "too many lines");
    if (line.empty()) continue;
    if (line.size() < 2 || line[1] != '=' || !printable(line)) return refuse(line_number, "not of the form x=value");
    const char type = line[0];
    const auto value = line.substr(2);
    if (line_number == 1 && (type != 'v' || value != "0")) return refuse(1, "a description begins with v=0");
    MediaLine* media = session.media.empty() ? nullptr : &session.media.back();
    switch (type) {
      case 'o':
        if (media != nullptr || has_origin || !parse_origin(value, session)) return refuse(line_number, "bad origin");
        has_origin = true;
        break;
      case 'c': {
        auto address = parse_connection(value);
        if (!address) return refuse(line_number, "bad connection address");
        (media != nullptr ? media->connection : session.connection) = std::move(*address);
        break;
      }
      case 'm': {
        auto parsed = parse_media(value);
        if (!parsed || session.media.size() == kMaxSdpMedia) return refuse(line_number, "bad or too many media lines");
        parsed->direction = session_direction;
        session.media.push_back(std::move(*parsed));
        break;
      }
      case 'a':
        if (media != nullptr) {
          if (!parse_attribute(value, *media)) return refuse(line_number, "bad attribute");
        } else if (const auto direction = direction_from(value)) {
          session_direction = *direction;
        }
        break;
      default:
        break;  // v, s, t, b, k, ...: nothing in them concerns us
    }
  }
  if (!has_origin) return base::fail(ErrorCode::kInvalidArgument, "SDP has no origin (o=) line");
  return session;
}

std::string write_sdp(const SessionDescription& session) {
  const auto connection = [](const std::string& address) {
    return (address.find(':') == std::string::npos ? "IN IP4 " : "IN IP6 ") + address;
  };
  std::string out = "v=0\r\no=" + session.origin_user + " " + std::to_string(session.id) + " " +
                    std::to_string(session.version) + " " + connection(session.origin_address) + "\r\ns=-\r\n";
  if (!session.connection.empty()) out += "c=" + connection(session.connection) + "\r\n";
  out += "t=0 0\r\n";
  for (const auto& media : session.media) {
    out += "m=" + media.kind + " " + std::to_string(media.port) + " " + media.protocol;
    for (const auto& format : media.formats) out += " " + format;
    out += "\r\n";
    if (!media.connection.empty()) out += "c=" + connection(media.connection) + "\r\n";
    for (const auto& map : media.maps) {
      out += "a=rtpmap:" + std::to_string(map.payload) + " " + map.encoding + "/" + std::to_string(map.clock);
      if (map.channels > 1) out += "/" + std::to_string(map.channels);
      out += "\r\n";
    }
    for (const auto& [payload, value] : media.fmtp) {
      out += "a=fmtp:" + std::to_string(payload) + " " + value + "\r\n";
    }
    if (media.ptime > 0) out += "a=ptime:" + std::to_string(media.ptime) + "\r\n";
    if (media.port != 0) out += "a=" + std::string(to_id(media.direction)) + "\r\n";
  }
  return out;
}

}  // namespace mamori::telephony
