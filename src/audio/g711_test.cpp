#include "audio/g711.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <vector>

namespace mamori::audio {
namespace {

TEST(G711, DecodesTheReferencePointsOfTheStandard) {
  EXPECT_EQ(mulaw_decode(0x00), -32124);
  EXPECT_EQ(mulaw_decode(0x80), 32124);
  EXPECT_EQ(mulaw_decode(kMulawSilence), 0);
  EXPECT_EQ(alaw_decode(0x2A), -32256);
  EXPECT_EQ(alaw_decode(0xAA), 32256);
  EXPECT_EQ(alaw_decode(kAlawSilence), 8);
}

TEST(G711, EveryOctetSurvivesDecodeAndEncode) {
  for (int i = 0; i < 256; ++i) {
    const auto octet = static_cast<std::uint8_t>(i);
    EXPECT_EQ(alaw_encode(alaw_decode(octet)), octet);
    if (octet == 0x7F) continue;  // µ-law has two zeros; negative zero comes back as positive zero
    EXPECT_EQ(mulaw_encode(mulaw_decode(octet)), octet);
  }
}

TEST(G711, ErrorStaysWithinHalfAQuantisingStep) {
  for (int s = -32768; s <= 32767; ++s) {
    const int bound = std::abs(s) / 16 + 20;
    EXPECT_LE(std::abs(mulaw_decode(mulaw_encode(static_cast<std::int16_t>(s))) - s), bound) << s;
    EXPECT_LE(std::abs(alaw_decode(alaw_encode(static_cast<std::int16_t>(s))) - s), bound) << s;
  }
}

TEST(G711, SpansConvertTheShorterLength) {
  const std::vector<std::int16_t> in{0, 1000, -1000, 32767};
  std::array<std::uint8_t, 3> octets{};
  EXPECT_EQ(mulaw_encode(in, octets), 3U);
  std::array<std::int16_t, 8> back{};
  EXPECT_EQ(mulaw_decode(octets, back), 3U);
  EXPECT_NEAR(back[1], 1000, 40);
  EXPECT_EQ(back[3], 0);
}

}  // namespace
}  // namespace mamori::audio
