// The nouns of the one flow: what is heard, what is found in it, what it amounts to, and what was done.
// Plain values; nothing here does anything.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "contact/category.h"

namespace mamori::contact {

// Where a contact comes from.
enum class Medium { kPhone,
                    kMail,
                    kChat,
                    kForm,
                    kTicket,
                    kCounter };
std::string_view to_id(Medium medium);
std::optional<Medium> medium_from_id(std::string_view id);

enum class Speaker { kCustomer,
                     kAgent,
                     kSystem };
std::string_view to_id(Speaker speaker);
// Accepts "customer" and "caller", "agent" and "operator", "system".
std::optional<Speaker> speaker_from_id(std::string_view id);

// Something said or written by one side. `start` and `end` are seconds from the beginning of the contact.
struct Utterance {
  int turn = 0;  // 0-based position among the utterances of the contact
  Speaker speaker = Speaker::kCustomer;
  double start = 0;
  double end = 0;
  std::string text;       // UTF-8
  std::string phonemes;   // space-separated, empty for written contacts
  double confidence = 1;  // 0..1; 1 for written text
  std::string engine;     // which recogniser wrote it; empty for written text
  std::string emotion;    // heard by an engine that hears it ("angry", …); mostly empty. A cue, never a verdict
};

// A phrase heard straight in the recogniser's posteriors, whether or not the words were recognised.
struct SpottedPhrase {
  double start = 0;
  double end = 0;
  Speaker speaker = Speaker::kCustomer;
  std::string phrase;
  std::string category;  // a Category or Flag id
  double score = 0;      // 0..1, calibrated per phrase; 0.5 is the phrase's threshold
};

// How it is said, relative to this speaker's own first seconds. Never a verdict alone.
struct VoiceCue {
  // One thing that stands out: "loudness", "pitch", "range", "effort", "rate", "roughness" or "dynamics".
  struct Rise {
    std::string what;
    double by = 0;     // dB, semitones or syllables a second (docs/format/link.md)
    bool own = false;  // against the speaker's own first seconds, else against calm voices in general
  };
  double at = 0;  // seconds
  Speaker speaker = Speaker::kCustomer;
  double loudness_db = 0;  // above the speaker's own reference
  double f0_hz = 0;        // 0 when unvoiced
  double arousal = 0;      // 0..1
  double shouting = 0;     // 0..1
  double pitch_st = 0;     // semitones above the speaker's own reference
  double effort_db = 0;    // energy above 1 kHz, against the reference
  double rate = 0;         // syllables a second; 0: not known
  std::vector<Rise> rises;
  // Of the ten seconds up to here, where both legs are known: seconds both spoke, times the customer broke in on the
  // agent, seconds nobody spoke.
  double overlap = 0;
  int interruptions = 0;
  double silence = 0;
};

// Something that moved the judgement, and how far: above 0 towards the category, below 0 away from it (log odds).
struct Influence {
  std::string what;  // the words, or the name of a frame or a sign
  double weight = 0;
};

// Why something speaks against a finding, or beside it for the customer.
enum class CounterKind {
  kGround,        // a ground of the complaint: what speaks for the customer
  kQuotation,     // words of somebody else, or the text is about words
  kNegation,      // denied, or said with "not"
  kException,     // an exception of the frame, or part of a longer word
  kOwnException,  // an exception of the organisation's criteria
  kClassifier,    // the classifier thinks it unlikely
  kUnconfirmed,   // heard in the sound; no words confirm it yet
  kOtherMatter,   // nobody has checked that it is the same matter
  kNotCounted,    // the criteria in force do not count this kind
  kOther,         // none of these: a record from before the kinds were told apart
};
inline constexpr int kCounterKindCount = 10;
std::string_view to_id(CounterKind kind);

// What was considered and speaks against a finding. `begin`/`end` are UTF-8 byte offsets into the original text of the
// finding's turn and `text` those bytes; both 0 and empty where it is no place in the words.
struct CounterEvidence {
  CounterKind kind = CounterKind::kOther;
  std::optional<Ground> ground;  // of kGround
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
  std::string why;     // one plain sentence in Japanese
  std::string why_en;  // empty in a record from before there was English
};

// One piece of evidence for a category. Level 0: found, but not counted by the criteria in force (the category is off). `begin`/`end` are UTF-8 byte offsets into the original text of the turn.
struct Finding {
  Category category = Category::kVerbalAbuse;
  Level level = 2;
  int turn = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;                               // the original bytes [begin, end)
  std::string criterion;                          // id of the criterion or frame that fired
  std::string basis;                              // the official type it rests on
  std::vector<CounterEvidence> counter_evidence;  // may be empty
  double score = 1;                               // 0..1: the calibrated probability, or how sure the recogniser was
  std::string why;                                // one plain sentence: what this is about
  std::string why_en;
  std::string lower;  // what would have lowered it, one plain sentence
  std::string lower_en;
  std::vector<Influence> influences;  // of the classifier, the strongest first, at most 8; empty when a frame or time decided
};

// The verdict on 要求内容 x 手段・態様 x 時間・回数 (Tokyo's three axes) and on the law's three elements (労働施策総合推進法 33 条).
// Each axis is the highest level found on it.
struct Verdict {
  Level manner = 0;   // 要求態様: how it is said or done
  Level content = 0;  // 要求内容: what is wanted
  Level time = 0;     // 時間・回数・頻度
  // ① conduct of a customer: everything that is judged. ② beyond what society accepts. ③ the working environment is harmed:
  // presumed at the levels at which the ministry's examples presume it; a person confirms it.
  bool beyond_acceptable = false;
  bool environment_harmed = false;
  std::set<Ground> grounds;  // what speaks for the customer
};

// What all of a contact amounts to so far.
struct Assessment {
  Level level = 0;                // the highest moment
  std::set<Category> categories;  // empty if and only if level < 2
  std::set<Flag> flags;
  std::optional<int> first_level3_turn;
  bool keep_line = false;  // never end this call: life is at stake, or the police need what is said (bomb threat)
  std::string criteria_version;
  std::string reason;  // one plain sentence in Japanese: why this level
  std::string reason_en;
  Verdict verdict;
};

enum class ActionKind {
  kNone,
  kNotifySupervisor,
  kWarnCaller,
  kSwitchToAnnouncement,
  kHandoverToVoicebot,
  kDisconnect,
  kBlockNumber,
  kOpenCase,
};
inline constexpr int kActionKindCount = 8;
const Term& term(ActionKind kind);
std::optional<ActionKind> action_from_id(std::string_view id);

// True for a number or address that names one party. A withheld number ("anonymous", "") names everybody who withholds his:
// blocking it would refuse them all.
bool names_a_party(std::string_view party);

// How an action comes about: at once, after one click of a person, or as advice that nobody has to follow.
enum class ActionMode { kAutomatic,
                        kConfirm,
                        kAdvise };
std::string_view to_id(ActionMode mode);

// Something the policy wants done, and the rule that says so.
struct ProposedAction {
  ActionKind kind = ActionKind::kNone;
  ActionMode mode = ActionMode::kConfirm;
  std::string rule;      // id of the policy rule that fired
  bool limited = false;  // would be automatic, but there were too many in the last hour: a person decides
};

}  // namespace mamori::contact
