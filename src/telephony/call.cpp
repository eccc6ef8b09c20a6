#include "telephony/call.h"

#include <algorithm>
#include <array>

namespace mamori::telephony {
namespace {

using S = CallState;
using E = CallEvent;
using P = CallStep;

consteval Transition row(S from, E event, S to, std::initializer_list<P> steps) {
  Transition t{from, event, to, static_cast<std::uint8_t>(steps.size()), {}};
  std::ranges::copy(steps, t.steps);
  return t;
}

// The announcement starts before the agent's BYE, so that the caller never sits in silence.
constexpr std::array kTable = {
    row(S::kIdle, E::kInvite, S::kInbound, {P::kReport, P::kDialAgent}),
    row(S::kIdle, E::kRefuse, S::kEnded, {P::kRefuseCaller}),

    row(S::kInbound, E::kAgentProgress, S::kRinging, {P::kRelayProgress, P::kReport}),
    row(S::kInbound, E::kAgentAnswered, S::kBridged, {P::kAnswerCaller, P::kBridge, P::kReport}),
    row(S::kInbound, E::kAgentFailed, S::kEnded, {P::kRefuseCaller, P::kStopMedia, P::kReport}),
    row(S::kInbound, E::kAgentGone, S::kEnded, {P::kRefuseCaller, P::kStopMedia, P::kReport}),
    row(S::kInbound, E::kCallerGone, S::kEnded, {P::kCancelAgent, P::kStopMedia, P::kReport}),
    row(S::kInbound, E::kCut, S::kEnded, {P::kRefuseCaller, P::kCancelAgent, P::kStopMedia, P::kReport}),
    row(S::kInbound, E::kRingTimeout, S::kEnded, {P::kRefuseCaller, P::kCancelAgent, P::kStopMedia, P::kReport}),

    row(S::kRinging, E::kAgentProgress, S::kRinging, {P::kRelayProgress}),
    row(S::kRinging, E::kAgentAnswered, S::kBridged, {P::kAnswerCaller, P::kBridge, P::kReport}),
    row(S::kRinging, E::kAgentFailed, S::kEnded, {P::kRefuseCaller, P::kStopMedia, P::kReport}),
    row(S::kRinging, E::kAgentGone, S::kEnded, {P::kRefuseCaller, P::kStopMedia, P::kReport}),
    row(S::kRinging, E::kCallerGone, S::kEnded, {P::kCancelAgent, P::kStopMedia, P::kReport}),
    row(S::kRinging, E::kCut, S::kEnded, {P::kRefuseCaller, P::kCancelAgent, P::kStopMedia, P::kReport}),
    row(S::kRinging, E::kRingTimeout, S::kEnded, {P::kRefuseCaller, P::kCancelAgent, P::kStopMedia, P::kReport}),

    row(S::kBridged, E::kCallerGone, S::kEnded, {P::kByeAgent, P::kStopMedia, P::kReport}),
    row(S::kBridged, E::kAgentGone, S::kEnded, {P::kByeCaller, P::kStopMedia, P::kReport}),
    row(S::kBridged, E::kCut, S::kEnded, {P::kByeCaller, P::kByeAgent, P::kStopMedia, P::kReport}),
    row(S::kBridged, E::kAnnounce, S::kAnnouncing, {P::kStartAnnouncement, P::kByeAgent, P::kReport}),
    row(S::kBridged, E::kReleaseAgent, S::kAnnouncing, {P::kStartAnnouncement, P::kByeAgent, P::kReport}),

    row(S::kAnnouncing, E::kCallerGone, S::kEnded, {P::kStopMedia, P::kReport}),
    row(S::kAnnouncing, E::kCut, S::kEnded, {P::kByeCaller, P::kStopMedia, P::kReport}),
    row(S::kAnnouncing, E::kAnnouncementOver, S::kEnded, {P::kByeCaller, P::kStopMedia, P::kReport}),
    // After release_agent: now a last announcement, then the end.
    row(S::kAnnouncing, E::kAnnounce, S::kAnnouncing, {P::kStartAnnouncement}),
};

}  // namespace

const Transition* find_transition(CallState state, CallEvent event) {
  const auto it = std::ranges::find_if(kTable, [&](const Transition& t) { return t.from == state && t.event == event; });
  return it == kTable.end() ? nullptr : &*it;
}

std::span<const Transition> all_transitions() { return kTable; }

std::string_view to_id(CallState state) {
  switch (state) {
    case S::kIdle: return "idle";
    case S::kInbound: return "inbound";
    case S::kRinging: return "ringing";
    case S::kBridged: return "bridged";
    case S::kAnnouncing: return "announcing";
    case S::kEnded: return "ended";
  }
  return "ended";
}

int relayed_status(int status) {
  switch (status) {
    case 404:
    case 410:
    case 480:
    case 484:
    case 486:
    case 488:
    case 600:
    case 603:
    case 604:
    case 606:
      return status;
    default:
      return 480;
  }
}

}  // namespace mamori::telephony
