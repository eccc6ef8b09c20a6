// Big-endian fields of RTP and RTCP.
#pragma once

#include <cstdint>
#include <span>

namespace mamori::telephony {

inline std::uint16_t get_u16(std::span<const std::uint8_t> b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]);
}
inline std::uint32_t get_u32(std::span<const std::uint8_t> b, std::size_t at) {
  return static_cast<std::uint32_t>(get_u16(b, at)) << 16 | get_u16(b, at + 2);
}
inline void set_u16(std::span<std::uint8_t> b, std::size_t at, std::uint32_t v) {
  b[at] = static_cast<std::uint8_t>(v >> 8);
  b[at + 1] = static_cast<std::uint8_t>(v);
}
inline void set_u32(std::span<std::uint8_t> b, std::size_t at, std::uint32_t v) {
  set_u16(b, at, v >> 16);
  set_u16(b, at + 2, v & 0xffff);
}

}  // namespace mamori::telephony
