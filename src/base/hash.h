// FNV-1a, 64 bits (Fowler, Noll and Vo, 1991): the same number for the same bytes on every machine and in every version, for names
// and fingerprints that are written into files. Not for secrets, nor against somebody who looks for collisions. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace mamori::base {

inline constexpr std::uint64_t kFnvBasis = 14695981039346656037ull;

// `hash`: of the bytes before, to go on from.
constexpr std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = kFnvBasis) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash;
}

}  // namespace mamori::base
