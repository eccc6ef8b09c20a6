// How audio leaves the media workers: one fixed-size block per 100 ms and call, through a bounded ring without locks, to
// threads that may wait for a disk or a socket. A full ring drops the block and counts it; a worker never waits.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "telephony/codec.h"

namespace mamori::telephony {

inline constexpr std::size_t kBlockSamples = 800;  // 100 ms

struct TapBlock {
  enum class Kind : std::uint8_t { kBegin,
                                   kAudio,
                                   kEnd };
  Kind kind = Kind::kAudio;
  bool agent_present = true;  // false: the agent's leg is released
  char call[40] = {};         // call id, null-terminated
  std::int64_t position = 0;  // of the first sample since the recording began
  std::uint32_t count = 0;    // samples per voice, at most kBlockSamples
  std::array<std::int16_t, kBlockSamples> caller{};
  std::array<std::int16_t, kBlockSamples> agent{};
  std::array<std::int16_t, kBlockSamples> prompt{};  // what Mamori plays to the caller
  [[nodiscard]] std::string_view call_id() const { return call; }
};

// One producer (a media worker), one consumer (a TapPump).
class TapRing {
 public:
  explicit TapRing(std::size_t blocks) : blocks_(blocks) {}
  // False, and counted, when full. Begin and end find room that audio leaves free for them.
  bool push(const TapBlock& block);
  // The oldest block or null; stays valid until pop().
  const TapBlock* front() const;
  void pop() { head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  [[nodiscard]] std::uint64_t dropped_samples() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  std::vector<TapBlock> blocks_;
  alignas(64) std::atomic<std::uint64_t> head_{0};
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

// What takes blocks, on the pump's thread. May block.
class TapConsumer {
 public:
  virtual ~TapConsumer() = default;
  virtual void take(const TapBlock& block) = 0;
  // About every 20 ms, between blocks.
  virtual void idle() {}
};

// A thread that carries blocks from its rings (one per worker) to one consumer. Polls: a worker does not even pay for a
// wake-up. stop() delivers what is queued first.
class TapPump {
 public:
  TapPump(TapConsumer& consumer, std::size_t workers, std::size_t blocks_per_ring);
  ~TapPump() { stop(); }
  TapPump(const TapPump&) = delete;
  TapPump& operator=(const TapPump&) = delete;
  [[nodiscard]] TapRing& ring(std::size_t worker) { return *rings_[worker]; }
  [[nodiscard]] std::uint64_t dropped_samples() const;
  void stop();

 private:
  bool drain();
  TapConsumer& consumer_;
  std::vector<std::unique_ptr<TapRing>> rings_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace mamori::telephony
