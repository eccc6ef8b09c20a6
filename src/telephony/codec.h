// The codecs a leg may speak (ITU-T G.711): 8 kHz, one octet per sample.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace mamori::telephony {

inline constexpr int kSampleRate = 8000;                // Hz
inline constexpr int kFrameSamples = 160;               // 20 ms, what we send in one packet
inline constexpr std::size_t kMaxPacketSamples = 1600;  // 200 ms: no longer packet is decoded

enum class Codec : std::uint8_t { kPcmu,
                                  kPcma };

// Static payload types of RFC 3551 section 6.
constexpr std::uint8_t static_payload(Codec codec) { return codec == Codec::kPcmu ? 0 : 8; }
constexpr std::string_view encoding_name(Codec codec) { return codec == Codec::kPcmu ? "PCMU" : "PCMA"; }

// min(in, out) samples; returns how many. Pure.
std::size_t decode(Codec codec, std::span<const std::uint8_t> in, std::span<std::int16_t> out);
std::size_t encode(Codec codec, std::span<const std::int16_t> in, std::span<std::uint8_t> out);

}  // namespace mamori::telephony
