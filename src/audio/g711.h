#pragma once
// G.711 companding (ITU-T G.711, 11/1988): µ-law and A-law, one octet per 8 kHz sample.
//
// Pure and thread-safe: all tables are compile-time constants. Every function works on
// min(in.size(), out.size()) items and returns how many it wrote.
#include <cstddef>
#include <cstdint>
#include <span>

namespace mamori::audio {

/// The octet that stands for silence in each law: what to send when there is nothing to send.
inline constexpr std::uint8_t kMulawSilence = 0xFF;
inline constexpr std::uint8_t kAlawSilence = 0xD5;

std::size_t mulaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out);
std::size_t mulaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out);
std::size_t alaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out);
std::size_t alaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out);

[[nodiscard]] std::int16_t mulaw_decode(std::uint8_t octet);
[[nodiscard]] std::uint8_t mulaw_encode(std::int16_t sample);
[[nodiscard]] std::int16_t alaw_decode(std::uint8_t octet);
[[nodiscard]] std::uint8_t alaw_encode(std::int16_t sample);

}  // namespace mamori::audio
