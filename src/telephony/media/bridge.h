// The media of one call: two legs, what is played, and the taps. Lives on one worker thread, so nothing in it is locked.
//
// Times are samples (8 kHz) of the worker's steady clock. A plain bridge forwards packets as they come; while something is
// played, both sides are mixed and sent on the worker's 20 ms tick instead, with the same SSRC, sequence and timestamps, so
// that the receiver notices nothing but the sound.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "telephony/media/gains.h"
#include "telephony/media/leg.h"
#include "telephony/media/prompt.h"
#include "telephony/media/tap.h"

namespace mamori::telephony {

enum class Side : std::uint8_t { kCaller = 0,
                                 kAgent = 1 };
constexpr Side other(Side side) { return side == Side::kCaller ? Side::kAgent : Side::kCaller; }

enum class PlayMode : std::uint8_t {
  kWarn,      // over the bridge
  kAnnounce,  // instead of the agent, once
  kRepeat,    // instead of the agent, again and again
};

struct Taps {
  TapRing* recorder = nullptr;
  TapRing* link = nullptr;
};

class Bridge {
 public:
  Bridge(std::string call, LegSockets caller, LegSockets agent, Taps taps);

  [[nodiscard]] Leg& leg(Side side) { return legs_[static_cast<std::size_t>(side)]; }
  void on_rtp(Side from, std::span<const std::uint8_t> datagram, const sockaddr_in& source, std::int64_t now);
  // Every 20 ms. True when a prompt has just been played to its end.
  bool tick(std::int64_t now);
  void start_recording(std::int64_t now);
  // Replaces what is being played. With kAnnounce and kRepeat the agent's leg is not heard any more, nor sent to.
  void play(PlayMode mode, Prompt prompt, std::int64_t now);
  // Delivers what the taps still hold and their end.
  void finish(std::int64_t now);
  [[nodiscard]] bool playing() const { return prompt_ != nullptr; }

 private:
  void generate(std::int64_t now);
  bool next_prompt_frame(std::span<std::int16_t> out);
  void flush(std::int64_t until, bool partial);
  void push(TapBlock& block);

  std::string call_;
  std::array<Leg, 2> legs_;
  Taps taps_;
  Timeline played_{4800};
  bool agent_released_ = false;

  Prompt prompt_;  // null: plain bridge
  PlayMode mode_ = PlayMode::kWarn;
  std::size_t prompt_at_ = 0;
  std::int64_t cursor_ = 0;  // position of the next generated frame
  bool finished_ = false;    // the announcement is over; silence follows until the call ends

  bool recording_ = false;
  std::int64_t recording_began_ = 0;
  std::int64_t flushed_ = 0;  // samples since the recording began
  std::int64_t next_report_ = 0;
  TapBlock block_;
};

}  // namespace mamori::telephony
