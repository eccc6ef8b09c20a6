// What the exchange knows of one call. Only for the SIP thread.
#pragma once

#include <sofia-sip/nua.h>

#include <chrono>
#include <optional>
#include <string>

#include "telephony/call.h"
#include "telephony/media/engine.h"
#include "telephony/sdp/negotiate.h"

namespace mamori::telephony {

struct CallLeg {
  nua_handle_t* handle = nullptr;  // null: none, or gone
  std::string contact;             // ours towards it
  AudioParty local;                // what we said last
  std::optional<AudioParty> remote;
  std::uint64_t sdp_version = 1;
};

struct CallRecord {
  std::uint64_t serial = 0;
  std::string id;
  CallState state = CallState::kIdle;
  std::string caller_number;
  std::string callee;
  std::string agent;
  std::string target;
  std::string asserted;  // P-Asserted-Identity to pass on; empty: none
  int max_forwards = 69;
  CallLeg caller;
  CallLeg agent_leg;
  std::optional<SessionDescription> offer;  // the caller's; nothing: it wants ours in the 200
  SessionId session = 0;
  bool early_media = false;  // the agent sent a description before answering
  int refuse_status = 480;
  std::string reason;
  bool recorded = false;
  PlayMode play_mode = PlayMode::kAnnounce;
  std::string prompt_name;
  Prompt prompt;
  std::chrono::steady_clock::time_point ring_until;
  std::optional<std::chrono::steady_clock::time_point> announce_until;

  [[nodiscard]] CallLeg& leg(Side side) { return side == Side::kCaller ? caller : agent_leg; }
};

// The handle's tag: which call and which side.
inline std::uintptr_t tag_of(const CallRecord& call, Side side) {
  return static_cast<std::uintptr_t>(call.serial << 1 | static_cast<std::uint64_t>(side));
}

}  // namespace mamori::telephony
