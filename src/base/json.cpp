#include "base/json.h"

namespace mamori::base {

Result<json::value> parse_json(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    return fail(ErrorCode::kInvalidArgument, "JSON is " + std::to_string(text.size()) + " bytes, at most " +
                                                 std::to_string(max_bytes) + " are accepted");
  }
  json::parse_options options;
  options.max_depth = 32;
  json::parser parser({}, options);
  json::error_code ec;
  const std::size_t n = parser.write(text.data(), text.size(), ec);
  if (!ec) return parser.release();
  return fail(ErrorCode::kInvalidArgument, "JSON: " + ec.message() + " at byte " + std::to_string(n));
}

std::string get_string(const json::object& object, std::string_view key, std::string_view fallback) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string(fallback);
}

double get_double(const json::object& object, std::string_view key, double fallback) {
  const auto* value = object.if_contains(key);
  if (!value) return fallback;
  if (value->is_double()) return value->get_double();
  if (value->is_int64()) return static_cast<double>(value->get_int64());
  if (value->is_uint64()) return static_cast<double>(value->get_uint64());
  return fallback;
}

std::int64_t get_int(const json::object& object, std::string_view key, std::int64_t fallback) {
  const auto* value = object.if_contains(key);
  if (!value) return fallback;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64() && value->get_uint64() <= static_cast<std::uint64_t>(INT64_MAX)) {
    return static_cast<std::int64_t>(value->get_uint64());
  }
  if (value->is_double()) {
    const double d = value->get_double();
    if (d >= -9.0e18 && d <= 9.0e18) return static_cast<std::int64_t>(d);
  }
  return fallback;
}

bool get_bool(const json::object& object, std::string_view key, bool fallback) {
  const auto* value = object.if_contains(key);
  return value && value->is_bool() ? value->get_bool() : fallback;
}

}  // namespace mamori::base
