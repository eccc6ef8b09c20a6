// One contact that is going on, as the flow and the wall see it. Values and their JSON; nothing here does anything.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "contact/event.h"
#include "contact/event_json.h"
#include "judge/judge.h"
#include "flow/turn_taking.h"
#include "store/store.h"

namespace mamori::flow {

// An action on a contact, from the wish to the result.
struct ActionRecord {
  std::int64_t id = 0;  // unique within this run of the hub; sent to media as the command's id
  contact::ActionKind kind = contact::ActionKind::kNone;
  contact::ActionMode mode = contact::ActionMode::kConfirm;
  std::string state;  // proposed, running, done, failed
  std::string rule;   // id of the rule that proposed it; empty when a person did it unasked
  std::string by;     // user name; empty while only proposed; "rule" when automatic
  base::UnixMillis at = 0;
  std::string error;
  double elapsed_ms = 0;  // command to done, as media measured it
};

// "May be the same caller as in case 12": a hint for people. Nothing acts on it.
struct VoiceMatch {
  std::string voiceprint;
  std::string case_id;
  std::int64_t number = 0;  // of the case
  double llr = 0;           // log likelihood ratio, calibrated
  double seconds = 0;       // of speech it rests on
};
struct VoiceComparison {
  int compared = 0;                 // enrolled voices looked at
  std::optional<VoiceMatch> match;  // the likeliest, where it passes the threshold
};

struct LiveContact {
  store::ContactRow row;
  judge::DialogueState state;
  std::vector<contact::Utterance> transcript;
  std::map<std::string, contact::Utterance> partials;  // by speaker id: words so far, not judged
  std::vector<ActionRecord> actions;
  std::deque<contact::VoiceCue> cues;   // newest 240 (two minutes) of the caller
  double cue_kept_at = -1;              // seconds: the last cue that went to the journal
  TurnTaking turns;                     // who speaks when
  std::vector<contact::Level> levels;   // level after each customer utterance, for the trend
  std::string engine;                   // which recogniser writes the words
  std::string engine_problem;           // why it is not the one that should; empty when it is
  base::UnixMillis audio_began_at = 0;  // wall clock of recording position 0
  base::UnixMillis notified_at = 0;     // a human was called; 0: not yet
  std::string acknowledged_by;          // who answered that call
  std::optional<VoiceMatch> voice_match;
  double speech_behind_ms = 0;
  std::string prompt;          // what is being played: "warning", "announcement", or empty
  int warnings = 0;            // given and heard to the end
  double warning_over_at = 0;  // seconds; what was said before it does not count against the caller
};

base::json::object to_json(const contact::Utterance& utterance);
base::json::object to_json(const ActionRecord& action);
base::json::object to_json(const contact::VoiceCue& cue);
base::json::object to_json(const VoiceMatch& match);
// A `cue` message of the link; what it does not say is 0.
contact::VoiceCue cue_from_json(const base::json::object& message);

// The row of the wall; `full` adds transcript with findings, cues and actions.
base::json::object to_json(const LiveContact& contact, bool full);

// Back from the journal, for a hub that comes back while calls go on and for judging again (replay/).
contact::Utterance utterance_from_json(const base::json::object& object);
contact::Utterance utterance_from_entry(const store::Entry& entry);
contact::SpottedPhrase spotted_from_entry(const store::Entry& entry);
// A warning that the caller heard to its end.
bool is_warning_heard(const store::Entry& entry);

}  // namespace mamori::flow
