// A short window of one voice on the call's time line: packets are put at their position in whatever order they come
// (that is the reordering), and are read out a little later. What never came is silence. Not thread-safe, no allocation
// after construction.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mamori::telephony {

class Timeline {
 public:
  // Holds `capacity` samples from begin() on.
  explicit Timeline(std::size_t capacity) : ring_(capacity) {}

  [[nodiscard]] std::int64_t begin() const { return begin_; }
  // Samples outside [begin, begin + capacity) are not kept; returns how many were kept.
  std::size_t put(std::int64_t position, std::span<const std::int16_t> samples);
  // Silence outside the window.
  void read(std::int64_t position, std::span<std::int16_t> out) const;
  // Everything before `position` is forgotten. Going back is ignored.
  void forget_before(std::int64_t position);
  // Empties it and begins at `position`.
  void restart(std::int64_t position);

 private:
  [[nodiscard]] std::size_t index(std::int64_t position) const {
    const auto size = static_cast<std::int64_t>(ring_.size());
    return static_cast<std::size_t>(((position % size) + size) % size);
  }
  std::vector<std::int16_t> ring_;
  std::int64_t begin_ = 0;
};

}  // namespace mamori::telephony
