// Walking through UTF-8 letter by letter. Pure, thread-safe.
#pragma once

#include <algorithm>
#include <string_view>

namespace mamori::text {

// Bytes of the letter that begins at `i`, by its first byte, never beyond the end. `i` < text.size().
inline std::size_t letter_length(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2
                                      : lead < 0xF0   ? 3
                                                      : 4;
  return std::min(n, text.size() - i);
}

}  // namespace mamori::text
