// Numbers as the bytes they are kept as in a file. Pure; thread-safe.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace mamori::base {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

template <class T>
  requires std::is_trivially_copyable_v<T>
void put_bytes(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Takes a T off the front; false, and nothing taken, where there are not enough.
template <class T>
  requires std::is_trivially_copyable_v<T>
bool take_bytes(std::string_view& from, T& value) {
  if (from.size() < sizeof value) return false;
  std::memcpy(&value, from.data(), sizeof value);
  from.remove_prefix(sizeof value);
  return true;
}

}  // namespace mamori::base
