#include "telephony/rtp/rtcp.h"

#include <algorithm>

#include "telephony/rtp/bytes.h"

namespace mamori::telephony {
namespace {

constexpr std::uint8_t kSenderReport = 200;
constexpr std::uint8_t kReceiverReport = 201;
constexpr std::uint8_t kSourceDescription = 202;
constexpr std::size_t kBlockBytes = 24;

ReportBlock read_block(std::span<const std::uint8_t> b) {
  ReportBlock block;
  block.ssrc = get_u32(b, 0);
  const std::uint32_t loss = get_u32(b, 4);
  block.fraction_lost = static_cast<std::uint8_t>(loss >> 24);
  block.lost = static_cast<std::int32_t>(loss << 8) >> 8;
  block.highest_sequence = get_u32(b, 8);
  block.jitter = get_u32(b, 12);
  block.last_sr = get_u32(b, 16);
  block.delay_since_sr = get_u32(b, 20);
  return block;
}

void write_block(std::span<std::uint8_t> b, const ReportBlock& block) {
  set_u32(b, 0, block.ssrc);
  set_u32(b, 4, static_cast<std::uint32_t>(block.fraction_lost) << 24 | (static_cast<std::uint32_t>(block.lost) & 0xffffff));
  set_u32(b, 8, block.highest_sequence);
  set_u32(b, 12, block.jitter);
  set_u32(b, 16, block.last_sr);
  set_u32(b, 20, block.delay_since_sr);
}

}  // namespace

std::vector<std::uint8_t> write_rtcp(const RtcpReport& report, std::string_view cname) {
  cname = cname.substr(0, 64);
  const std::size_t blocks = std::min<std::size_t>(report.blocks.size(), 31);
  const std::size_t head = report.sender ? 28 : 8;
  const std::size_t first = head + blocks * kBlockBytes;
  // SDES: header, SSRC, item type and length, text, at least one null, padded to 32 bit.
  const std::size_t second = 4 + (4 + 2 + cname.size() + 1 + 3) / 4 * 4;
  std::vector<std::uint8_t> out(first + second);
  const std::span<std::uint8_t> b(out);
  b[0] = static_cast<std::uint8_t>(0x80 | blocks);
  b[1] = report.sender ? kSenderReport : kReceiverReport;
  set_u16(b, 2, static_cast<std::uint32_t>(first / 4 - 1));
  set_u32(b, 4, report.ssrc);
  if (report.sender) {
    set_u32(b, 8, static_cast<std::uint32_t>(report.sender->ntp >> 32));
    set_u32(b, 12, static_cast<std::uint32_t>(report.sender->ntp));
    set_u32(b, 16, report.sender->rtp_timestamp);
    set_u32(b, 20, report.sender->packets);
    set_u32(b, 24, report.sender->octets);
  }
  for (std::size_t i = 0; i < blocks; ++i) write_block(b.subspan(head + i * kBlockBytes), report.blocks[i]);
  const auto sdes = b.subspan(first);
  sdes[0] = 0x81;
  sdes[1] = kSourceDescription;
  set_u16(sdes, 2, static_cast<std::uint32_t>(second / 4 - 1));
  set_u32(sdes, 4, report.ssrc);
  sdes[8] = 1;  // CNAME
  sdes[9] = static_cast<std::uint8_t>(cname.size());
  std::ranges::copy(cname, sdes.begin() + 10);
  return out;
}

std::optional<std::vector<RtcpReport>> parse_rtcp(std::span<const std::uint8_t> datagram) {
  std::vector<RtcpReport> reports;
  if (datagram.size() < 8 || datagram.size() > 1500) return std::nullopt;
  while (!datagram.empty()) {
    if (datagram.size() < 4 || datagram[0] >> 6 != 2) return std::nullopt;
    const std::size_t length = 4u * (get_u16(datagram, 2) + 1u);
    if (length > datagram.size()) return std::nullopt;
    const auto packet = datagram.first(length);
    datagram = datagram.subspan(length);
    const std::size_t count = packet[0] & 0x1f;
    if (packet[1] != kSenderReport && packet[1] != kReceiverReport) continue;
    const std::size_t head = packet[1] == kSenderReport ? 28 : 8;
    if (packet.size() < head + count * kBlockBytes) return std::nullopt;
    RtcpReport report;
    report.ssrc = get_u32(packet, 4);
    if (packet[1] == kSenderReport) {
      report.sender = SenderPart{static_cast<std::uint64_t>(get_u32(packet, 8)) << 32 | get_u32(packet, 12),
                                 get_u32(packet, 16), get_u32(packet, 20), get_u32(packet, 24)};
    }
    for (std::size_t i = 0; i < count; ++i) report.blocks.push_back(read_block(packet.subspan(head + i * kBlockBytes)));
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace mamori::telephony
