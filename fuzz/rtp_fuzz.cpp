// Any bytes as RTP and RTCP, and as a run of packets through the numbering and placing of a stream.
#include <cstdlib>

#include "telephony/codec.h"
#include "telephony/rtp/packet.h"
#include "telephony/rtp/rtcp.h"
#include "telephony/rtp/stream.h"
#include "telephony/rtp/timeline.h"

using namespace mamori::telephony;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> bytes(data, size);
  if (const auto reports = parse_rtcp(bytes)) {
    for (const auto& report : *reports) {
      if (!parse_rtcp(write_rtcp(report, "x"))) std::abort();
    }
  }
  OutgoingStream out(1, 2, 3);
  StreamClock clock;
  Reception reception;
  Timeline timeline(800);
  std::int64_t now = 0;
  while (!bytes.empty()) {
    const auto length = std::min<std::size_t>(bytes[0] & 0x3f, bytes.size() - 1);
    if (const auto packet = parse_rtp(bytes.subspan(1, length))) {
      if (packet->payload.size() > length) std::abort();
      (void)out.forward(packet->header, now);
      reception.received(packet->header, now);
      const auto position = clock.place(packet->header.ssrc, packet->header.timestamp, now);
      std::array<std::int16_t, kMaxPacketSamples> samples;
      timeline.put(position, std::span(samples).first(decode(Codec::kPcmu, packet->payload, samples)));
    } else {
      (void)out.generate(now);
      timeline.forget_before(now - 400);
    }
    now += bytes[0];
    bytes = bytes.subspan(1 + length);
  }
  (void)reception.report();
  return 0;
}
