// What the judge remembers of one contact between two events, and what only the course of a dialogue shows: the same demand
// again after refusals, staying on after being asked to end. Pure, thread-safe (the state is the caller's).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contact/event.h"
#include "judge/criteria.h"
#include "judge/features.h"
#include "judge/reading.h"

namespace mamori::judge {

// The pairs of neighbouring letters of an utterance, without punctuation, each once, ascending: the bytes of both as a number.
using LetterPairs = std::vector<std::uint64_t>;

// A value: copy it, compare it, replay from it.
struct DialogueState {
  contact::Medium medium = contact::Medium::kPhone;
  int utterances = 0;        // turns heard so far, both sides
  int agent_utterances = 0;  // of them the agent's
  contact::Assessment assessment;
  double duration = 0;           // seconds since the start of the contact
  int contacts_on_matter = 1;    // this one included
  int final_answers_before = 0;  // in earlier contacts on the matter
  int refusals = 0;              // times the agent said no, or that none can come
  int demands_after_refusal = 0;
  int final_answers = 0;                     // times the agent said that this is the last word
  int end_requests = 0;                      // times the agent asked to end the call or to leave
  int warnings = 0;                          // warnings given to the caller (by the agent or by the policy)
  double shouting = 0;                       // 0..1, smoothed
  double suspicion = 0;                      // 0..1: the classifier's highest probability of harassment so far
  double care = 0;                           // 0..1: the classifier's highest probability of distress so far
  bool care_hint = false;                    // a frame has seen a sign of distress, if only a weak one
  std::vector<contact::Finding> findings;    // all so far, bounded to the newest 500
  std::optional<std::string> last_customer;  // normalised text of the customer's last utterance, cut, for repetition
  std::vector<LetterPairs> recent_customer;  // of those before it, bounded; most contacts are one message and need none
};

// What one event changed.
struct Step {
  std::vector<contact::Finding> findings;  // new ones only
  bool changed = false;                    // the assessment is not what it was
};

// Takes an agent's utterance into the state.
void hear_agent(DialogueState& state, const Reading& reading);

// Where the customer's next utterance stands. `folded`: its normalised text.
Surroundings surroundings(const DialogueState& state, std::string_view folded);

// What the course of the dialogue says about this customer utterance, given whether it holds a demand and whether it says
// that the customer will not go. Counts the demand in the state.
std::vector<contact::Finding> over_time(DialogueState& state, const Thresholds& thresholds, const contact::Utterance& utterance, const Surroundings& around, bool demand,
                                        bool stays_on);

// What earlier contacts say about this customer utterance: a demand in one contact more, after a final answer in an earlier one.
// Repeating while there was no final answer is fair, however often. Once a contact; `demand`: it holds a demand.
std::optional<contact::Finding> over_contacts(const DialogueState& state, const Thresholds& thresholds, const contact::Utterance& utterance, bool demand);

// Keeps the utterance for comparison with later ones.
void remember(DialogueState& state, std::string_view folded);

// A finding about the whole of an utterance, or about time (`utterance.text` empty).
contact::Finding whole_finding(const contact::Utterance& utterance, contact::Category category, contact::Level level, std::string criterion);

}  // namespace mamori::judge
