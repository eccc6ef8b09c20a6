// The three pure pieces of an RTP stream: placing what comes in on the call's time line, numbering what goes out, and
// counting for RTCP. Times are samples (8 kHz) of the call's own steady clock.
#pragma once

#include <cstdint>
#include <optional>

#include "telephony/rtp/packet.h"
#include "telephony/rtp/rtcp.h"

namespace mamori::telephony {

// Maps RTP timestamps of one source to positions on the call's time line.
//
// The first packet anchors timestamp to arrival. A packet that comes earlier than the anchor allows shows that the anchor
// was taken from a delayed packet: it moves forward in time. A sender whose clock is slower than ours shows as a delay that
// never goes away: after 2 s of it the anchor follows. So positions stay within 10 ms (early) and 20 ms (late) of arrival.
class StreamClock {
 public:
  std::int64_t place(std::uint32_t ssrc, std::uint32_t timestamp, std::int64_t arrival);
  void reset() { anchored_ = false; }

 private:
  void anchor(std::uint32_t ssrc, std::uint32_t timestamp, std::int64_t arrival);
  bool anchored_ = false;
  std::uint32_t ssrc_ = 0;
  std::uint32_t last_timestamp_ = 0;
  std::int64_t last_position_ = 0;
  std::int64_t least_delay_ = 0;  // in the running window
  int window_ = 0;                // packets seen in it
};

struct Stamp {
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  bool marker = false;
};

// Numbers one outgoing leg: SSRC, sequence and timestamp stay continuous for the leg's life, whether its packets are
// forwarded from the other leg or generated here. Gaps and reordering of a forwarded source are kept, so that the receiver's
// jitter buffer sees them as they are.
class OutgoingStream {
 public:
  OutgoingStream(std::uint32_t ssrc, std::uint16_t sequence, std::uint32_t timestamp);

  // For a forwarded packet; nothing when it is older than the switch to this source (it must not be sent).
  std::optional<Stamp> forward(const RtpHeader& source, std::int64_t now);
  // For a packet of our own, kFrameSamples long.
  Stamp generate(std::int64_t now);

  [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }
  [[nodiscard]] std::uint32_t last_timestamp() const { return timestamp_; }
  [[nodiscard]] std::int64_t last_sent() const { return last_sent_; }
  [[nodiscard]] bool started() const { return started_; }

 private:
  enum class Mode { kNone,
                    kForward,
                    kGenerate };
  void advance(std::int64_t now);
  Mode mode_ = Mode::kNone;
  std::uint32_t ssrc_;
  std::uint16_t sequence_;   // of the newest packet sent
  std::uint32_t timestamp_;  // of the newest packet sent
  std::int64_t last_sent_ = 0;
  bool started_ = false;
  std::uint32_t source_ssrc_ = 0;
  std::uint16_t source_sequence_ = 0;  // newest of the source
  std::uint32_t source_timestamp_ = 0;
  std::int64_t since_switch_ = 0;  // sequence numbers between the switch and the newest
};

// Reception statistics of one source (RFC 3550 appendix A.3, A.8).
class Reception {
 public:
  void received(const RtpHeader& header, std::int64_t arrival);
  // What to say about the source since the last call; nothing before the first packet.
  std::optional<ReportBlock> report();
  [[nodiscard]] std::uint64_t packets() const { return packets_; }

 private:
  bool started_ = false;
  std::uint32_t ssrc_ = 0;
  std::uint16_t base_ = 0;
  std::uint16_t highest_ = 0;
  std::uint32_t cycles_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t reported_packets_ = 0;
  std::uint64_t reported_expected_ = 0;
  std::int64_t transit_ = 0;
  double jitter_ = 0;
};

}  // namespace mamori::telephony
