#include "base/ids.h"

#include <sys/random.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace mamori::base {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void fill_random(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = getrandom(out.data() + done, out.size() - done, 0);
    if (n <= 0) std::abort();  // A kernel without entropy: no safe way on.
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace

std::string new_id() {
  std::array<std::uint8_t, 16> b{};
  fill_random(b);
  const auto millis = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
  for (int i = 0; i < 6; ++i) b[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  b[6] = static_cast<std::uint8_t>((b[6] & 0x0f) | 0x70);
  b[8] = static_cast<std::uint8_t>((b[8] & 0x3f) | 0x80);
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[b[i] >> 4];
    out += kHex[b[i] & 15];
  }
  return out;
}

bool is_id(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return false;
    } else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
      return false;
    }
  }
  return true;
}

std::string random_hex(unsigned bytes) {
  std::string out;
  out.reserve(bytes * 2);
  std::array<std::uint8_t, 64> b{};
  while (bytes > 0) {
    const unsigned n = bytes < b.size() ? bytes : static_cast<unsigned>(b.size());
    fill_random({b.data(), n});
    for (unsigned i = 0; i < n; ++i) {
      out += kHex[b[i] >> 4];
      out += kHex[b[i] & 15];
    }
    bytes -= n;
  }
  return out;
}

}  // namespace mamori::base
