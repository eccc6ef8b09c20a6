#include <gtest/gtest.h>

#include <random>

#include "telephony/sdp/negotiate.h"
#include "telephony/sdp/session.h"

namespace mamori::telephony {
namespace {

constexpr std::string_view kPhone =
    "v=0\r\no=alice 2890844526 2890844527 IN IP4 192.0.2.10\r\ns=call\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n"
    "m=audio 49172 RTP/AVP 9 8 0 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    "m=video 51372 RTP/AVP 99\r\na=rtpmap:99 h264/90000\r\n";

TEST(Sdp, ReadsAPhonesOffer) {
  const auto session = parse_sdp(kPhone);
  ASSERT_TRUE(session) << session.error().message;
  ASSERT_EQ(session->media.size(), 2u);
  EXPECT_EQ(session->media[0].formats.size(), 4u);
  const auto party = audio_party(*session);
  ASSERT_TRUE(party);
  EXPECT_EQ(party->address, "192.0.2.10");
  EXPECT_EQ(party->port, 49172);
  EXPECT_EQ(party->codecs, (std::vector<CodecPayload>{{Codec::kPcma, 8}, {Codec::kPcmu, 0}}));
  EXPECT_EQ(party->telephone_event, 101);
}

TEST(Sdp, WritesWhatItReads) {
  auto session = parse_sdp(kPhone);
  ASSERT_TRUE(session);
  const auto again = parse_sdp(write_sdp(*session));
  ASSERT_TRUE(again);
  EXPECT_EQ(write_sdp(*again), write_sdp(*session));
}

TEST(Sdp, AnswersEveryLineAndRefusesVideo) {
  const auto offer = parse_sdp(kPhone);
  AudioParty local{"192.0.2.1", 20000, {{Codec::kPcma, 8}}, 101, 20, Direction::kSendRecv, 0};
  const auto text = write_sdp(make_answer(*offer, local, 7, 1));
  EXPECT_NE(text.find("m=audio 20000 RTP/AVP 8 101\r\n"), std::string::npos) << text;
  EXPECT_NE(text.find("m=video 0 RTP/AVP 99\r\n"), std::string::npos) << text;
  ASSERT_TRUE(parse_sdp(text));
}

TEST(Sdp, ReadsHoldsOfBothKinds) {
  const std::string head = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n";
  const auto modern = parse_sdp(head + "c=IN IP4 192.0.2.9\r\nt=0 0\r\na=sendonly\r\nm=audio 4000 RTP/AVP 0\r\n");
  ASSERT_TRUE(modern);
  EXPECT_EQ(audio_party(*modern)->direction, Direction::kSendOnly);
  EXPECT_EQ(mirrored(Direction::kSendOnly), Direction::kRecvOnly);
  const auto old = parse_sdp(head + "c=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n");
  ASSERT_TRUE(old);
  EXPECT_EQ(audio_party(*old)->direction, Direction::kSendOnly);
}

TEST(Sdp, KeepsTheOrderOfTheOffer) {
  EXPECT_EQ(common_codecs({{Codec::kPcma, 8}, {Codec::kPcmu, 0}}, {{Codec::kPcmu, 96}}),
            (std::vector<CodecPayload>{{Codec::kPcmu, 0}}));
  EXPECT_TRUE(common_codecs({{Codec::kPcma, 8}}, {{Codec::kPcmu, 0}}).empty());
}

class HostileSdp : public testing::TestWithParam<std::string> {};

TEST_P(HostileSdp, IsRefusedWithAReason) {
  const auto session = parse_sdp(GetParam());
  if (!session) {
    EXPECT_FALSE(session.error().message.empty());
    return;
  }
  EXPECT_FALSE(audio_party(*session));
}

const std::string kHead = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n";
INSTANTIATE_TEST_SUITE_P(
    Inputs, HostileSdp,
    testing::Values("", "v=1\r\n", "v=0\r\n", "hello", std::string("v=0\r\no=\0 1 1\r\n", 14), kHead + "m=audio\r\n",
                    kHead + "m=audio 99999 RTP/AVP 0\r\n", kHead + "m=audio -1 RTP/AVP 0\r\n", kHead + "m=audio 4000 RTP/AVP \r\n",
                    kHead + "m=audio 4000 RTP/SAVP 0\r\n", kHead + "m=audio 4000 RTP/AVP 300\r\n",
                    kHead + "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 PCMU/0\r\n", kHead + "m=audio 4000 RTP/AVP 96\r\na=rtpmap:x\r\n",
                    kHead + "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 /8000\r\n", kHead + "m=audio 0 RTP/AVP 0\r\n",
                    kHead + "c=IN IP4 $(reboot)\r\nm=audio 4000 RTP/AVP 0\r\n", kHead + "c=IN IP4 host.example\r\nm=audio 4000 RTP/AVP 0\r\n",
                    kHead + "m=audio 4000 RTP/AVP" + [] { std::string s; for (int i = 0; i < 100; ++i) s += " 0"; return s; }() + "\r\n",
                    kHead + [] { std::string s; for (int i = 0; i < 9; ++i) s += "m=audio 4000 RTP/AVP 0\r\n"; return s; }(),
                    std::string(kMaxSdpBytes + 1, 'a'), kHead + std::string(1000, '\n')));

TEST(Sdp, SurvivesEveryCutAndRandomDamage) {
  const std::string text(kPhone);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const auto session = parse_sdp(text.substr(0, i))) (void)audio_party(*session);
  }
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::string damaged = text;
    for (int i = 0; i < 4; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    if (const auto session = parse_sdp(damaged)) {
      (void)audio_party(*session);
      (void)parse_sdp(write_sdp(*session));
    }
  }
}

}  // namespace
}  // namespace mamori::telephony
