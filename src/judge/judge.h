// The judge: from what was said to what it amounts to. Pure: state + event -> new state + result. No clock, no I/O after
// load(), no threads of its own. The same calls serve the live call, the command line, replay and the tests.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "contact/event.h"
#include "judge/criteria.h"

namespace mamori::judge {

// What the judge remembers of one contact between two events. A value: copy it, compare it, replay from it.
struct DialogueState {
  contact::Medium medium = contact::Medium::kPhone;
  int utterances = 0;  // turns heard so far, both sides
  contact::Assessment assessment;
  double duration = 0;         // seconds since the start of the contact
  int contacts_on_matter = 1;  // this one included
  int refusals = 0;            // times the agent said no, or that none can come
  int demands_after_refusal = 0;
  int final_answers = 0;                     // times the agent said that this is the last word
  int end_requests = 0;                      // times the agent asked to end the call or to leave
  int warnings = 0;                          // warnings given to the caller (by the agent or by the policy)
  double shouting = 0;                       // 0..1, smoothed
  std::vector<contact::Finding> findings;    // all so far, bounded to the newest 500
  std::vector<std::string> recent_customer;  // normalised text of the last utterances, bounded, for repetition and context
  std::vector<std::string> recent_agent;
};

// What one event changed.
struct Step {
  std::vector<contact::Finding> findings;  // new ones only
  bool changed = false;                    // the assessment is not what it was
};

class Judge {
 public:
  // `frames_dir`: data/frames (TOML). MeCab with ipadic-utf8 must be installed. Errors name the file, line and reason.
  static base::Result<std::unique_ptr<Judge>> load(const std::string& frames_dir);
  // The same frames, tokeniser and model under an organisation's criteria; cheap. criteria_version() names them.
  [[nodiscard]] std::unique_ptr<Judge> with(const Criteria& criteria) const;
  ~Judge();
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  // All const and thread-safe: the state is the caller's.
  Step hear(DialogueState& state, const contact::Utterance& utterance) const;
  Step hear(DialogueState& state, const contact::SpottedPhrase& phrase) const;
  Step hear(DialogueState& state, const contact::VoiceCue& cue) const;
  // Time passed: `duration` seconds since the start. Duration findings (30 min notice, 60 min candidate) come from here.
  Step tick(DialogueState& state, double duration) const;
  // A warning was given to the caller.
  void warned(DialogueState& state) const { ++state.warnings; }

  [[nodiscard]] const std::string& criteria_version() const;

 private:
  struct Impl;
  explicit Judge(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::judge
