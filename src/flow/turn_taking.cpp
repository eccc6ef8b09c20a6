#include "flow/turn_taking.h"

#include <algorithm>
#include <cmath>

namespace mamori::flow {
namespace {

constexpr int kSteps = 25;           // of 20 ms in half a second
constexpr double kStep = 0.02;       // seconds
constexpr long kHalves = 20;         // ten seconds
constexpr int kAgentHoldsTurn = 25;  // 0.5 s of speech: before that both began together
constexpr int kBothGoOn = 20;        // 0.4 s: shorter is a back-channel ("はい")
constexpr int kGap = 12;             // 0.24 s without speech ends a stretch

long half_of(double at) { return std::lround(at * 2) - 1; }

}  // namespace

void TurnTaking::heard(contact::Speaker speaker, double at, std::uint32_t speech) {
  if (!(at > 0) || at > 1e6) return;
  auto& half = halves_[half_of(at)];
  (speaker == contact::Speaker::kCustomer ? half.customer : half.agent) |= speech;
  while (halves_.rbegin()->first - halves_.begin()->first > 2 * kHalves) halves_.erase(halves_.begin());
}

TurnTaking::Look TurnTaking::look(double at) const {
  Look out;
  const long last = half_of(at);
  int agent_run = 0;  // steps the agent has been speaking, short gaps bridged
  int agent_gap = kGap;
  int customer_gap = kGap;
  int both = 0;  // steps since the customer began on top of the agent
  bool broke_in = false;
  for (long h = std::max(0L, last - kHalves + 1); h <= last; ++h) {
    const auto it = halves_.find(h);
    const Half half = it == halves_.end() ? Half{} : it->second;
    for (int i = 0; i < kSteps; ++i) {
      const bool customer = (half.customer >> i & 1U) != 0;
      const bool agent = (half.agent >> i & 1U) != 0;
      if (customer && agent) out.overlap += kStep;
      if (!customer && !agent) out.silence += kStep;
      if (customer && customer_gap >= kGap) {
        broke_in = agent_run >= kAgentHoldsTurn && agent_gap < kGap;
        both = 0;
      }
      if (broke_in && customer && agent && ++both == kBothGoOn) {
        ++out.interruptions;
        broke_in = false;
      }
      customer_gap = customer ? 0 : customer_gap + 1;
      agent_gap = agent ? 0 : agent_gap + 1;
      agent_run = agent_gap >= kGap ? 0 : agent_run + 1;
    }
  }
  return out;
}

}  // namespace mamori::flow
