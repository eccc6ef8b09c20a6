// Who hears whom, and how loudly: one row of numbers per way of conducting a call. Warning, monitoring, whispering and
// muting are rows, not code. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace mamori::telephony {

// Linear gains from {caller, agent, prompt} to the two who listen.
struct Gains {
  float agent_to_caller = 0;
  float prompt_to_caller = 0;
  float caller_to_agent = 0;
  float prompt_to_agent = 0;
  bool operator==(const Gains&) const = default;
};

// Both hear each other, nothing else: payloads are forwarded untouched.
inline constexpr Gains kPlainBridge{1, 0, 1, 0};
// The caller hears the warning over the agent (−6 dB); the agent hears it in the background (−9 dB) and still hears the caller.
inline constexpr Gains kWarning{0.5F, 1, 1, 0.35F};
// Only the announcement, only to the caller.
inline constexpr Gains kAnnouncement{0, 1, 0, 0};

// out = a·ga + b·gb, saturating. All of one length.
inline void mix(std::span<const std::int16_t> a, float ga, std::span<const std::int16_t> b, float gb, std::span<std::int16_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::int16_t>(std::clamp(static_cast<float>(a[i]) * ga + static_cast<float>(b[i]) * gb, -32768.0F, 32767.0F));
  }
}

}  // namespace mamori::telephony
