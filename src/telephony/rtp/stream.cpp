#include "telephony/rtp/stream.h"

#include <algorithm>
#include <cstdlib>

#include "telephony/codec.h"

namespace mamori::telephony {
namespace {

constexpr std::int64_t kEarly = 80;          // 10 ms
constexpr std::int64_t kLate = 160;          // 20 ms
constexpr std::int64_t kJump = kSampleRate;  // 1 s: another stream, or a sender that restarted its clock
constexpr int kDriftWindow = 100;            // packets, 2 s
constexpr int kSequenceJump = 1000;

}  // namespace

void StreamClock::anchor(std::uint32_t ssrc, std::uint32_t timestamp, std::int64_t arrival) {
  anchored_ = true;
  ssrc_ = ssrc;
  last_timestamp_ = timestamp;
  last_position_ = arrival;
  window_ = 0;
}

std::int64_t StreamClock::place(std::uint32_t ssrc, std::uint32_t timestamp, std::int64_t arrival) {
  if (!anchored_ || ssrc != ssrc_) {
    anchor(ssrc, timestamp, arrival);
    return arrival;
  }
  std::int64_t position = last_position_ + static_cast<std::int32_t>(timestamp - last_timestamp_);
  const std::int64_t delay = arrival - position;
  if (std::abs(delay) > kJump) {
    anchor(ssrc, timestamp, arrival);
    return arrival;
  }
  std::int64_t shift = 0;
  if (delay < -kEarly) {
    shift = delay;
    window_ = 0;
  } else {
    least_delay_ = window_ == 0 ? delay : std::min(least_delay_, delay);
    if (++window_ >= kDriftWindow) {
      if (least_delay_ > kLate) shift = least_delay_;
      window_ = 0;
    }
  }
  position += shift;
  last_timestamp_ = timestamp;
  last_position_ = position;
  return position;
}

OutgoingStream::OutgoingStream(std::uint32_t ssrc, std::uint16_t sequence, std::uint32_t timestamp)
    : ssrc_(ssrc), sequence_(sequence), timestamp_(timestamp) {}

// To the next frame. After a pause the timestamp follows the clock in whole frames; within 60 ms it is the very next frame,
// so that a switch of sources is not heard as a gap.
void OutgoingStream::advance(std::int64_t now) {
  ++sequence_;
  const std::int64_t elapsed = started_ ? now - last_sent_ : 0;
  timestamp_ += elapsed < 3 * kFrameSamples
                    ? static_cast<std::uint32_t>(kFrameSamples)
                    : static_cast<std::uint32_t>((elapsed + kFrameSamples / 2) / kFrameSamples * kFrameSamples);
}

std::optional<Stamp> OutgoingStream::forward(const RtpHeader& source, std::int64_t now) {
  const auto steps = static_cast<std::int16_t>(source.sequence - source_sequence_);
  const auto ticks = static_cast<std::int32_t>(source.timestamp - source_timestamp_);
  const bool switched = mode_ != Mode::kForward || source.ssrc != source_ssrc_ || std::abs(steps) > kSequenceJump ||
                        std::abs(static_cast<std::int64_t>(ticks)) > 60 * kSampleRate;
  if (switched) {
    advance(now);
    mode_ = Mode::kForward;
    source_ssrc_ = source.ssrc;
    source_sequence_ = source.sequence;
    source_timestamp_ = source.timestamp;
    since_switch_ = 0;
    started_ = true;
    last_sent_ = now;
    return Stamp{sequence_, timestamp_, true};
  }
  if (since_switch_ + steps < 0) return std::nullopt;
  const Stamp stamp{static_cast<std::uint16_t>(sequence_ + steps), timestamp_ + static_cast<std::uint32_t>(ticks),
                    source.marker};
  if (steps > 0) {
    since_switch_ += steps;
    sequence_ = stamp.sequence;
    timestamp_ = stamp.timestamp;
    source_sequence_ = source.sequence;
    source_timestamp_ = source.timestamp;
  }
  last_sent_ = now;
  return stamp;
}

Stamp OutgoingStream::generate(std::int64_t now) {
  const bool first = mode_ != Mode::kGenerate;
  if (first) {
    advance(now);
  } else {
    ++sequence_;
    timestamp_ += kFrameSamples;
  }
  mode_ = Mode::kGenerate;
  started_ = true;
  last_sent_ = now;
  return {sequence_, timestamp_, first};
}

void Reception::received(const RtpHeader& header, std::int64_t arrival) {
  const std::int64_t transit = arrival - header.timestamp;
  if (!started_ || header.ssrc != ssrc_) {
    *this = Reception{};
    started_ = true;
    ssrc_ = header.ssrc;
    base_ = highest_ = header.sequence;
    transit_ = transit;
  }
  ++packets_;
  if (static_cast<std::int16_t>(header.sequence - highest_) > 0) {
    if (header.sequence < highest_) cycles_ += 1u << 16;
    highest_ = header.sequence;
  }
  const double change = static_cast<double>(std::abs(transit - transit_));
  transit_ = transit;
  if (change < kSampleRate) jitter_ += (change - jitter_) / 16;  // a restarted clock is not jitter
}

std::optional<ReportBlock> Reception::report() {
  if (!started_) return std::nullopt;
  const std::uint64_t expected = static_cast<std::uint64_t>(cycles_) + highest_ - base_ + 1;
  const std::int64_t lost = static_cast<std::int64_t>(expected) - static_cast<std::int64_t>(packets_);
  const auto expected_now = static_cast<std::int64_t>(expected - reported_expected_);
  const std::int64_t lost_now = expected_now - static_cast<std::int64_t>(packets_ - reported_packets_);
  reported_expected_ = expected;
  reported_packets_ = packets_;
  ReportBlock block;
  block.ssrc = ssrc_;
  if (expected_now > 0 && lost_now > 0) {
    block.fraction_lost = static_cast<std::uint8_t>(std::min<std::int64_t>(255, lost_now * 256 / expected_now));
  }
  block.lost = static_cast<std::int32_t>(std::clamp<std::int64_t>(lost, -0x800000, 0x7fffff));
  block.highest_sequence = cycles_ + highest_;
  block.jitter = static_cast<std::uint32_t>(jitter_);
  return block;
}

}  // namespace mamori::telephony
