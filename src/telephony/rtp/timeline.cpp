#include "telephony/rtp/timeline.h"

#include <algorithm>

namespace mamori::telephony {

std::size_t Timeline::put(std::int64_t position, std::span<const std::int16_t> samples) {
  const std::int64_t end = begin_ + static_cast<std::int64_t>(ring_.size());
  std::size_t kept = 0;
  for (const std::int16_t sample : samples) {
    if (position >= begin_ && position < end) {
      ring_[index(position)] = sample;
      ++kept;
    }
    ++position;
  }
  return kept;
}

void Timeline::read(std::int64_t position, std::span<std::int16_t> out) const {
  const std::int64_t end = begin_ + static_cast<std::int64_t>(ring_.size());
  for (auto& sample : out) {
    sample = position >= begin_ && position < end ? ring_[index(position)] : std::int16_t{0};
    ++position;
  }
}

void Timeline::forget_before(std::int64_t position) {
  if (position <= begin_) return;
  const std::int64_t last = std::min(position, begin_ + static_cast<std::int64_t>(ring_.size()));
  for (std::int64_t at = begin_; at < last; ++at) ring_[index(at)] = 0;
  begin_ = position;
}

void Timeline::restart(std::int64_t position) {
  std::ranges::fill(ring_, std::int16_t{0});
  begin_ = position;
}

}  // namespace mamori::telephony
