// The life of one call as a table: state + event → state + steps. Pure; the exchange carries the steps out.
//
// The caller's leg outlives the agent's leg: "announce" releases the agent and keeps the caller. An event that has no row
// for the state is stale (a crossing BYE, a second click) and changes nothing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace mamori::telephony {

enum class CallState : std::uint8_t {
  kIdle,
  kInbound,     // INVITE accepted, the agent is not yet ringing
  kRinging,     // the agent rings
  kBridged,     // both hear each other
  kAnnouncing,  // the agent is released; the caller hears an announcement
  kEnded,
};

enum class CallEvent : std::uint8_t {
  kInvite,         // admitted and routed
  kRefuse,         // blocked, overloaded, no route: answered with a final status, no agent is dialled
  kAgentProgress,  // 180 or 183
  kAgentAnswered,
  kAgentFailed,   // busy, no answer, unreachable
  kCallerGone,    // CANCEL or BYE or a lost dialog
  kAgentGone,     // BYE or a lost dialog
  kCut,           // command
  kAnnounce,      // command: announcement, then the end
  kReleaseAgent,  // command: announcement until the caller hangs up
  kAnnouncementOver,
  kRingTimeout,
};

enum class CallStep : std::uint8_t {
  kDialAgent,
  kRelayProgress,  // to the caller
  kAnswerCaller,
  kRefuseCaller,  // final status before the answer
  kCancelAgent,
  kByeAgent,
  kByeCaller,
  kBridge,  // start recording and the taps
  kStartAnnouncement,
  kStopMedia,
  kReport,  // tell the hub the new state
};

inline constexpr std::size_t kMaxCallSteps = 5;

struct Transition {
  CallState from;
  CallEvent event;
  CallState to;
  std::uint8_t count;
  CallStep steps[kMaxCallSteps];
  [[nodiscard]] std::span<const CallStep> all() const { return {steps, count}; }
};

// The row for this state and event, or null: ignore it.
const Transition* find_transition(CallState state, CallEvent event);
std::span<const Transition> all_transitions();

// "inbound", "ringing", "bridged", "announcing", "ended" as the link says them; "idle" is never sent.
std::string_view to_id(CallState state);

// The status the caller gets when the agent's leg failed with `status` (0: no answer at all). Busy, declined and the like are
// passed on; what concerns only our own leg (redirects, authentication, timeouts) becomes 480.
int relayed_status(int status);

}  // namespace mamori::telephony
