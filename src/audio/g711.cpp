#include "audio/g711.h"

#include <algorithm>
#include <array>

namespace mamori::audio {
namespace {

// The arithmetic follows the segment structure of ITU-T G.711 tables 1a/1b (A-law) and 2a/2b (µ-law).
// It runs only at compile time; at run time each sample is one table look-up.

constexpr int kMulawBias = 0x84;   // 33 quantising steps, in 16-bit scale
constexpr int kMulawClip = 32635;  // largest magnitude that still fits after the bias is added

constexpr int segment_of(int magnitude, int first_top, int segments) {
  int segment = 0;
  for (int top = first_top; segment < segments && magnitude > top; top = top * 2 + 1) ++segment;
  return segment;
}

constexpr std::int16_t mulaw_to_linear(std::uint8_t octet) {
  const int u = ~octet & 0xFF;
  const int magnitude = ((((u & 0x0F) << 3) + kMulawBias) << ((u & 0x70) >> 4)) - kMulawBias;
  return static_cast<std::int16_t>((u & 0x80) != 0 ? -magnitude : magnitude);
}

constexpr std::uint8_t linear_to_mulaw(int sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(sample < 0 ? -sample : sample, kMulawClip) + kMulawBias;
  const int segment = segment_of(magnitude, 0xFF, 7);
  return static_cast<std::uint8_t>(~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0F)));
}

constexpr std::int16_t alaw_to_linear(std::uint8_t octet) {
  const int a = octet ^ 0x55;
  const int segment = (a & 0x70) >> 4;
  int magnitude = ((a & 0x0F) << 4) + 8;
  if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
  return static_cast<std::int16_t>((a & 0x80) != 0 ? magnitude : -magnitude);
}

constexpr std::uint8_t linear_to_alaw(int sample) {
  const int sign = sample >= 0 ? 0x80 : 0;
  // A-law has no zero: negative samples are mirrored around -1/2 (one's complement), as the ITU software tools do.
  const int magnitude = sample >= 0 ? sample : ~sample;
  const int segment = segment_of(magnitude, 0xFF, 7);
  const int step = segment == 0 ? magnitude >> 4 : magnitude >> (segment + 3);
  return static_cast<std::uint8_t>((sign | (segment << 4) | (step & 0x0F)) ^ 0x55);
}

template <class Out, std::size_t N, class F>
constexpr std::array<Out, N> tabulate(F&& f) {
  std::array<Out, N> table{};
  for (std::size_t i = 0; i < N; ++i) table[i] = f(i);
  return table;
}

constexpr auto kMulawDecode =
    tabulate<std::int16_t, 256>([](std::size_t i) { return mulaw_to_linear(static_cast<std::uint8_t>(i)); });
constexpr auto kAlawDecode =
    tabulate<std::int16_t, 256>([](std::size_t i) { return alaw_to_linear(static_cast<std::uint8_t>(i)); });

// Indexed by the sample's upper 14 bits (µ-law) or 13 bits (A-law): the precision the laws are defined on.
constexpr auto kMulawEncode = tabulate<std::uint8_t, 16384>(
    [](std::size_t i) { return linear_to_mulaw(static_cast<std::int16_t>(static_cast<std::uint16_t>(i << 2))); });
constexpr auto kAlawEncode = tabulate<std::uint8_t, 8192>(
    [](std::size_t i) { return linear_to_alaw(static_cast<std::int16_t>(static_cast<std::uint16_t>(i << 3))); });

template <class In, class Out, class F>
std::size_t convert(std::span<const In> in, std::span<Out> out, F&& f) {
  const std::size_t n = std::min(in.size(), out.size());
  std::transform(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(n), out.begin(), f);
  return n;
}

}  // namespace

std::int16_t mulaw_decode(std::uint8_t octet) { return kMulawDecode[octet]; }
std::int16_t alaw_decode(std::uint8_t octet) { return kAlawDecode[octet]; }
std::uint8_t mulaw_encode(std::int16_t sample) { return kMulawEncode[static_cast<std::uint16_t>(sample) >> 2]; }
std::uint8_t alaw_encode(std::int16_t sample) { return kAlawEncode[static_cast<std::uint16_t>(sample) >> 3]; }

std::size_t mulaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out) {
  return convert(in, out, [](std::uint8_t o) { return kMulawDecode[o]; });
}
std::size_t alaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out) {
  return convert(in, out, [](std::uint8_t o) { return kAlawDecode[o]; });
}
std::size_t mulaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out) {
  return convert(in, out, [](std::int16_t s) { return mulaw_encode(s); });
}
std::size_t alaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out) {
  return convert(in, out, [](std::int16_t s) { return alaw_encode(s); });
}

}  // namespace mamori::audio
