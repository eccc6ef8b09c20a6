// RTCP sender and receiver reports (RFC 3550 section 6). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mamori::telephony {

struct ReportBlock {
  std::uint32_t ssrc = 0;
  std::uint8_t fraction_lost = 0;  // in 1/256
  std::int32_t lost = 0;           // 24 bit signed
  std::uint32_t highest_sequence = 0;
  std::uint32_t jitter = 0;  // timestamp units
  std::uint32_t last_sr = 0;
  std::uint32_t delay_since_sr = 0;  // 1/65536 s
};

struct SenderPart {
  std::uint64_t ntp = 0;  // 32.32 fixed point since 1900
  std::uint32_t rtp_timestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;
};

struct RtcpReport {
  std::uint32_t ssrc = 0;
  std::optional<SenderPart> sender;  // set: SR; else RR
  std::vector<ReportBlock> blocks;   // at most 31
};

// A compound packet: the report, then an SDES with this CNAME (at most 64 bytes of it), as section 6.1 wants.
std::vector<std::uint8_t> write_rtcp(const RtcpReport& report, std::string_view cname);
// The reports of a compound packet (SDES, BYE, APP and feedback are skipped). Nothing when a length does not fit.
std::optional<std::vector<RtcpReport>> parse_rtcp(std::span<const std::uint8_t> datagram);

}  // namespace mamori::telephony
