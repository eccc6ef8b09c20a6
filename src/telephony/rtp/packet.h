// RTP packets (RFC 3550 section 5.1). Pure: bytes in, a view out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace mamori::telephony {

inline constexpr std::size_t kRtpHeaderBytes = 12;
inline constexpr std::size_t kMaxRtpBytes = 1500;  // longer datagrams are not telephone audio

struct RtpHeader {
  bool marker = false;
  std::uint8_t payload_type = 0;  // 0..127
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
};

struct RtpPacket {
  RtpHeader header;
  std::span<const std::uint8_t> payload;  // into the datagram; without CSRCs, extension and padding; may be empty
};

// Nothing when it is not version 2, is cut short, or claims more CSRCs, extension or padding than there are bytes.
std::optional<RtpPacket> parse_rtp(std::span<const std::uint8_t> datagram);
std::array<std::uint8_t, kRtpHeaderBytes> write_rtp_header(const RtpHeader& header);

}  // namespace mamori::telephony
