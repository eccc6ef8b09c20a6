// Thin glue over Boost.JSON: reading members with defaults, parsing outside bytes within bounds.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mamori::base {

namespace json = boost::json;

// Parses one JSON value from outside bytes. Nesting deeper than 32 or text longer than `max_bytes` is refused;
// invalid UTF-8 is refused. The message says what is wrong and at which byte.
Result<json::value> parse_json(std::string_view text, std::size_t max_bytes = 1u << 20);

// Members, or the default when absent or of another type.
std::string get_string(const json::object& object, std::string_view key, std::string_view fallback = {});
double get_double(const json::object& object, std::string_view key, double fallback = 0);
std::int64_t get_int(const json::object& object, std::string_view key, std::int64_t fallback = 0);
bool get_bool(const json::object& object, std::string_view key, bool fallback = false);

}  // namespace mamori::base
