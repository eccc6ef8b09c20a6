#include "telephony/call.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace mamori::telephony {
namespace {

bool has(const Transition& t, CallStep step) { return std::ranges::find(t.all(), step) != t.all().end(); }

CallState run(std::initializer_list<CallEvent> events) {
  CallState state = CallState::kIdle;
  for (const auto event : events) {
    if (const auto* t = find_transition(state, event)) state = t->to;
  }
  return state;
}

TEST(Call, TakesTheOrdinaryWay) {
  using E = CallEvent;
  EXPECT_EQ(run({E::kInvite}), CallState::kInbound);
  EXPECT_EQ(run({E::kInvite, E::kAgentProgress}), CallState::kRinging);
  EXPECT_EQ(run({E::kInvite, E::kAgentProgress, E::kAgentProgress, E::kAgentAnswered}), CallState::kBridged);
  EXPECT_EQ(run({E::kInvite, E::kAgentAnswered, E::kCallerGone}), CallState::kEnded);
  EXPECT_EQ(run({E::kInvite, E::kAgentAnswered, E::kAnnounce}), CallState::kAnnouncing);
  // The agent's own BYE crossing with ours must not end the caller's announcement.
  EXPECT_EQ(run({E::kInvite, E::kAgentAnswered, E::kAnnounce, E::kAgentGone}), CallState::kAnnouncing);
  EXPECT_EQ(run({E::kInvite, E::kAgentAnswered, E::kAnnounce, E::kAnnouncementOver}), CallState::kEnded);
}

TEST(Call, NoRowIsTwiceAndNothingLeavesTheEnd) {
  std::set<std::pair<CallState, CallEvent>> seen;
  for (const auto& t : all_transitions()) {
    EXPECT_TRUE(seen.emplace(t.from, t.event).second);
    EXPECT_NE(t.from, CallState::kEnded);
    EXPECT_NE(t.to, CallState::kIdle);
  }
}

TEST(Call, EveryEndClosesBothLegsAndTheMedia) {
  for (const auto& t : all_transitions()) {
    if (t.to != CallState::kEnded || t.from == CallState::kIdle) continue;
    EXPECT_TRUE(has(t, CallStep::kStopMedia));
    EXPECT_TRUE(has(t, CallStep::kReport));
    const bool caller_closed = t.event == CallEvent::kCallerGone || has(t, CallStep::kByeCaller) || has(t, CallStep::kRefuseCaller);
    EXPECT_TRUE(caller_closed);
    const bool agent_closed = t.event == CallEvent::kAgentGone || t.event == CallEvent::kAgentFailed ||
                              t.from == CallState::kAnnouncing || has(t, CallStep::kByeAgent) || has(t, CallStep::kCancelAgent);
    EXPECT_TRUE(agent_closed);
  }
}

TEST(Call, TheCallerCanAlwaysHangUpAndAPersonCanAlwaysCut) {
  for (const auto state : {CallState::kInbound, CallState::kRinging, CallState::kBridged, CallState::kAnnouncing}) {
    for (const auto event : {CallEvent::kCallerGone, CallEvent::kCut}) {
      const auto* t = find_transition(state, event);
      ASSERT_NE(t, nullptr);
      EXPECT_EQ(t->to, CallState::kEnded);
    }
  }
}

TEST(Call, TheAnnouncementStartsBeforeTheAgentIsReleased) {
  const auto* t = find_transition(CallState::kBridged, CallEvent::kAnnounce);
  ASSERT_NE(t, nullptr);
  const auto steps = t->all();
  EXPECT_LT(std::ranges::find(steps, CallStep::kStartAnnouncement), std::ranges::find(steps, CallStep::kByeAgent));
}

TEST(Call, PassesOnWhatConcernsTheCaller) {
  EXPECT_EQ(relayed_status(486), 486);
  EXPECT_EQ(relayed_status(603), 603);
  EXPECT_EQ(relayed_status(0), 480);
  EXPECT_EQ(relayed_status(302), 480);
  EXPECT_EQ(relayed_status(401), 480);
  EXPECT_EQ(relayed_status(503), 480);
}

}  // namespace
}  // namespace mamori::telephony
