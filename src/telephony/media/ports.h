// The UDP ports for RTP (even) and RTCP (the next). A port that was used rests before it is used again, so that late packets
// of one call never reach the next. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

#include "base/result.h"

namespace mamori::telephony {

struct LegSockets {
  int rtp = -1;  // non-blocking; the owner closes both
  int rtcp = -1;
  std::uint16_t port = 0;  // of RTP
};

class PortPool {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Ports first..last, both included. `rest` is how long a port cools down.
  PortPool(std::string address, std::uint16_t first, std::uint16_t last, std::chrono::milliseconds rest);

  // The port that rested longest. kResourceExhausted when all are in use or resting.
  base::Result<LegSockets> open(Time now);
  void release(std::uint16_t port, Time now);
  [[nodiscard]] std::size_t size() const { return total_; }

 private:
  struct Free {
    std::uint16_t port;
    Time usable_from;
  };
  std::string address_;
  std::chrono::milliseconds rest_;
  std::deque<Free> free_;
  std::size_t total_ = 0;
};

}  // namespace mamori::telephony
