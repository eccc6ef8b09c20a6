// Identifiers.
#pragma once

#include <string>
#include <string_view>

namespace mamori::base {

// A new UUID version 7 (RFC 9562 section 5.7): 36 characters, sorts by time of creation. Thread-safe.
std::string new_id();

// True for exactly the 36-character form new_id() makes (any UUID version, lower-case hex).
bool is_id(std::string_view text);

// `bytes` random bytes from the kernel as lower-case hex: tokens, keys. Thread-safe.
std::string random_hex(unsigned bytes);

}  // namespace mamori::base
