#include "telephony/rtp/packet.h"

#include "telephony/rtp/bytes.h"

namespace mamori::telephony {

std::optional<RtpPacket> parse_rtp(std::span<const std::uint8_t> datagram) {
  if (datagram.size() < kRtpHeaderBytes || datagram.size() > kMaxRtpBytes || datagram[0] >> 6 != 2) return std::nullopt;
  RtpPacket packet;
  packet.header.marker = (datagram[1] & 0x80) != 0;
  packet.header.payload_type = datagram[1] & 0x7f;
  packet.header.sequence = get_u16(datagram, 2);
  packet.header.timestamp = get_u32(datagram, 4);
  packet.header.ssrc = get_u32(datagram, 8);
  std::size_t begin = kRtpHeaderBytes + 4u * (datagram[0] & 0x0f);
  std::size_t end = datagram.size();
  if (begin > end) return std::nullopt;
  if (datagram[0] & 0x10) {  // extension
    if (begin + 4 > end) return std::nullopt;
    begin += 4 + 4u * get_u16(datagram, begin + 2);
    if (begin > end) return std::nullopt;
  }
  if (datagram[0] & 0x20) {  // padding; its last octet counts itself
    const std::size_t padding = datagram[end - 1];
    if (padding == 0 || padding > end - begin) return std::nullopt;
    end -= padding;
  }
  packet.payload = datagram.subspan(begin, end - begin);
  return packet;
}

std::array<std::uint8_t, kRtpHeaderBytes> write_rtp_header(const RtpHeader& header) {
  std::array<std::uint8_t, kRtpHeaderBytes> out{};
  out[0] = 0x80;
  out[1] = static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | (header.payload_type & 0x7f));
  set_u16(out, 2, header.sequence);
  set_u32(out, 4, header.timestamp);
  set_u32(out, 8, header.ssrc);
  return out;
}

}  // namespace mamori::telephony
