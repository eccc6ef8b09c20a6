// Time, behind an interface so that flow, policy and tests can be given any time they like.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mamori::base {

// Milliseconds since the Unix epoch, UTC. Everything stored or sent on a wire uses this.
using UnixMillis = std::int64_t;

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall clock; may jump.
  [[nodiscard]] virtual UnixMillis now() const = 0;
  // Never jumps; only differences mean anything.
  [[nodiscard]] virtual std::chrono::nanoseconds steady() const = 0;
};

// The real clock. Thread-safe, no state.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] UnixMillis now() const override;
  [[nodiscard]] std::chrono::nanoseconds steady() const override;
};

// "2026-11-22T04:05:06.789Z" (RFC 3339, UTC).
std::string to_rfc3339(UnixMillis at);

}  // namespace mamori::base
