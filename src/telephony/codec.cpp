#include "telephony/codec.h"

#include "audio/g711.h"

namespace mamori::telephony {

std::size_t decode(Codec codec, std::span<const std::uint8_t> in, std::span<std::int16_t> out) {
  return codec == Codec::kPcmu ? audio::mulaw_decode(in, out) : audio::alaw_decode(in, out);
}

std::size_t encode(Codec codec, std::span<const std::int16_t> in, std::span<std::uint8_t> out) {
  return codec == Codec::kPcmu ? audio::mulaw_encode(in, out) : audio::alaw_encode(in, out);
}

}  // namespace mamori::telephony
