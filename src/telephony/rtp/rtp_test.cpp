#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "telephony/codec.h"
#include "telephony/rtp/packet.h"
#include "telephony/rtp/rtcp.h"
#include "telephony/rtp/stream.h"
#include "telephony/rtp/timeline.h"

namespace mamori::telephony {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes packet(const RtpHeader& header, std::size_t payload) {
  const auto head = write_rtp_header(header);
  Bytes bytes(head.begin(), head.end());
  bytes.resize(bytes.size() + payload, 0x55);
  return bytes;
}

TEST(Rtp, RoundTrips) {
  const auto bytes = packet({true, 101, 65535, 4000000000u, 0xdeadbeef}, 160);
  const auto parsed = parse_rtp(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->header.marker);
  EXPECT_EQ(parsed->header.payload_type, 101);
  EXPECT_EQ(parsed->header.sequence, 65535);
  EXPECT_EQ(parsed->header.timestamp, 4000000000u);
  EXPECT_EQ(parsed->header.ssrc, 0xdeadbeef);
  EXPECT_EQ(parsed->payload.size(), 160u);
}

TEST(Rtp, SkipsCsrcExtensionAndPadding) {
  auto bytes = packet({false, 0, 1, 2, 3}, 0);
  bytes[0] = 0x80 | 0x20 | 0x10 | 2;
  bytes.insert(bytes.end(), 8, 0xcc);                         // two CSRCs
  bytes.insert(bytes.end(), {0xbe, 0xde, 0, 1, 9, 9, 9, 9});  // extension of one word
  bytes.insert(bytes.end(), {1, 2, 3, 0, 0, 3});              // three octets of payload, three of padding
  const auto parsed = parse_rtp(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(Bytes(parsed->payload.begin(), parsed->payload.end()), (Bytes{1, 2, 3}));
}

TEST(Rtp, RefusesWhatDoesNotFit) {
  const auto good = packet({}, 4);
  for (std::size_t n = 0; n < kRtpHeaderBytes; ++n) EXPECT_FALSE(parse_rtp(std::span(good).first(n)));
  auto bad = good;
  bad[0] = 0x40;
  EXPECT_FALSE(parse_rtp(bad));  // version 1
  bad = good;
  bad[0] = 0x8f;
  EXPECT_FALSE(parse_rtp(bad));  // fifteen CSRCs
  bad = good;
  bad[0] = 0xa0;
  bad.back() = 0;
  EXPECT_FALSE(parse_rtp(bad));  // padding of nothing
  bad.back() = 200;
  EXPECT_FALSE(parse_rtp(bad));  // padding longer than the packet
  bad = good;
  bad[0] = 0x90;
  EXPECT_FALSE(parse_rtp(bad));  // extension longer than the packet (0x5555 words)
  EXPECT_FALSE(parse_rtp(Bytes(2000, 0x80)));
}

TEST(Rtcp, RoundTripsSenderAndReceiverReports) {
  RtcpReport report{0x1234, SenderPart{0x0123456789abcdefull, 77, 88, 99}, {{5, 64, -3, 70000, 12, 1, 2}}};
  const auto bytes = write_rtcp(report, "mamori");
  EXPECT_EQ(bytes.size() % 4, 0u);
  const auto parsed = parse_rtcp(bytes);
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), 1u);
  EXPECT_EQ((*parsed)[0].sender->ntp, report.sender->ntp);
  EXPECT_EQ((*parsed)[0].blocks[0].lost, -3);
  EXPECT_EQ((*parsed)[0].blocks[0].fraction_lost, 64);
  const auto receiver = parse_rtcp(write_rtcp({9, std::nullopt, {}}, ""));
  ASSERT_TRUE(receiver);
  EXPECT_FALSE((*receiver)[0].sender);
  for (std::size_t n = 0; n < bytes.size(); ++n) (void)parse_rtcp(std::span(bytes).first(n));
}

TEST(StreamClock, KeepsTimeByTimestampAndCorrectsALateFirstPacket) {
  StreamClock clock;
  EXPECT_EQ(clock.place(1, 1000, 500), 500);  // 400 late, as it turns out
  EXPECT_EQ(clock.place(1, 1160, 260), 260);
  EXPECT_EQ(clock.place(1, 1480, 620), 580);    // one lost, this one 5 ms late: placed by its timestamp
  EXPECT_EQ(clock.place(1, 1320, 700), 420);    // reordered
  EXPECT_EQ(clock.place(2, 9, 800), 800);       // another source
  EXPECT_EQ(clock.place(2, 500000, 960), 960);  // its clock jumped
}

TEST(StreamClock, FollowsASlowSender) {
  StreamClock clock;
  std::int64_t worst = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::int64_t arrival = i * 160 + i / 10;  // 625 ppm
    worst = std::max(worst, std::abs(clock.place(1, static_cast<std::uint32_t>(i * 160), arrival) - arrival));
  }
  EXPECT_LE(worst, 180);
}

TEST(StreamClock, WrapsAround) {
  StreamClock clock;
  EXPECT_EQ(clock.place(1, 0xffffffb0u, 100), 100);
  EXPECT_EQ(clock.place(1, 0x50u, 260), 260);
}

TEST(OutgoingStream, StaysContinuousAcrossSwitches) {
  OutgoingStream out(7, 100, 1000);
  std::int64_t now = 0;
  std::optional<Stamp> last;
  const auto check = [&](Stamp stamp) {
    if (last) {
      EXPECT_EQ(static_cast<std::uint16_t>(stamp.sequence - last->sequence), 1);
      EXPECT_EQ(stamp.timestamp - last->timestamp, 160u);
    }
    last = stamp;
    now += 160;
  };
  for (int i = 0; i < 70000; ++i) {
    const auto stamp = out.forward({false, 0, static_cast<std::uint16_t>(65000 + i), 5u + static_cast<std::uint32_t>(i) * 160, 1}, now);
    ASSERT_TRUE(stamp);
    check(*stamp);
  }
  for (int i = 0; i < 50; ++i) check(out.generate(now));
  for (int i = 0; i < 50; ++i) check(*out.forward({false, 0, static_cast<std::uint16_t>(9 + i), static_cast<std::uint32_t>(i) * 160, 2}, now));
}

TEST(OutgoingStream, KeepsLossAndReorderingOfTheSourceAndDropsWhatIsOlderThanTheSwitch) {
  OutgoingStream out(7, 0, 0);
  const auto first = out.forward({false, 0, 10, 1600, 1}, 0);
  const auto skipped = out.forward({false, 0, 12, 1920, 1}, 320);
  const auto late = out.forward({false, 0, 11, 1760, 1}, 330);
  ASSERT_TRUE(first && skipped && late);
  EXPECT_EQ(skipped->sequence, first->sequence + 2);
  EXPECT_EQ(late->sequence, first->sequence + 1);
  EXPECT_EQ(late->timestamp, first->timestamp + 160);
  EXPECT_FALSE(out.forward({false, 0, 9, 1440, 1}, 340));
}

TEST(OutgoingStream, FollowsTheClockAfterAPause) {
  OutgoingStream out(7, 0, 0);
  const auto a = out.generate(0);
  const auto b = out.forward({false, 0, 1, 1, 1}, 8000);
  EXPECT_EQ(b->timestamp - a.timestamp, 8000u);
  EXPECT_TRUE(b->marker);
}

TEST(Reception, CountsLossAndJitter) {
  Reception reception;
  for (std::uint16_t i = 0; i < 100; ++i) {
    if (i % 10 != 5) reception.received({false, 0, i, i * 160u, 3}, i * 160);
  }
  const auto block = reception.report();
  ASSERT_TRUE(block);
  EXPECT_EQ(block->lost, 10);
  EXPECT_EQ(block->fraction_lost, 25);
  EXPECT_EQ(block->jitter, 0u);
}

TEST(Timeline, ReordersAndFillsWithSilence) {
  Timeline timeline(800);
  std::vector<std::int16_t> frame(160);
  std::iota(frame.begin(), frame.end(), std::int16_t{1});
  EXPECT_EQ(timeline.put(320, frame), 160u);
  EXPECT_EQ(timeline.put(0, frame), 160u);
  std::vector<std::int16_t> out(480);
  timeline.read(0, out);
  EXPECT_EQ(out[0], 1);
  EXPECT_EQ(out[200], 0);
  EXPECT_EQ(out[479], 160);
  timeline.forget_before(400);
  EXPECT_EQ(timeline.put(300, frame), 60u);    // the part before the window is too late
  EXPECT_EQ(timeline.put(1100, frame), 100u);  // the part behind it too early
  timeline.forget_before(100000);
  timeline.read(100000, out);
  EXPECT_EQ(out, std::vector<std::int16_t>(480));
}

}  // namespace
}  // namespace mamori::telephony
