#pragma once
// `mamori eval speech`: what the speech engine is worth, measured on folders of labelled sound.
//
// A set is a folder with `index.tsv` (docs/format/eval-speech.md): a header line naming the columns, then one line per
// file. Which columns there are decides what is measured:
//   file, speaker        always / to report speaker by speaker
//   text                 character errors (CER), numbers and punctuation set aside
//   reading              kana: morae errors (kana CER) and phoneme errors (PER)
//   phrases              phrases said, `|` between them, empty for none: recall and false alarms per hour
//   emotion              `anger`, `neutral` or another word: AUC of the voice cues, anger against neutral
//   trial                `enrol` or `test`: voiceprints of every speaker, EER over all pairs
// Without index.tsv every sound file with a .txt of the same name beside it is taken (the user's own recordings).
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "eval/scores.h"
#include "speech/recognizer.h"
#include "speech/voiceprint.h"

namespace mamori::eval {

struct SpeechItem {
  std::string file;  // as given, beside the index
  std::string speaker;
  std::string text;
  std::string reading;
  std::vector<std::string> phrases;
  std::string emotion;
  std::string trial;
};

struct SpeechSet {
  std::string name;
  std::string folder;
  bool has_text = false, has_reading = false, has_phrases = false, has_emotion = false, has_trial = false;
  std::vector<SpeechItem> items;
};

/// Reads a set. Fails with file and line on a missing column, a line of another length, an unreadable folder.
base::Result<SpeechSet> read_speech_set(const std::string& folder);
/// The same from the text of an index. Pure; `name` stands in errors.
base::Result<SpeechSet> parse_speech_index(std::string_view text, const std::string& name);

struct SpeechScores {
  std::size_t files = 0;
  std::size_t unreadable = 0;
  double seconds = 0;
  double spent = 0;  // processor time of the recogniser, seconds
  ErrorRate characters, morae, phonemes;
  Counts phrases;
};

struct SpeechReport {
  std::string set;
  std::string engine;
  SpeechScores all;
  std::map<std::string, SpeechScores> speakers;
  bool has_text = false, has_reading = false, has_phrases = false;
  // Only where the set has them.
  std::vector<double> anger, neutral;  // anger scores of the clips so labelled, each judged on its own
  std::optional<EqualError> voiceprint;
  std::size_t same_pairs = 0, different_pairs = 0;
};

/// Feeds every file to a recogniser of its own, as a call would come (8 kHz, 100 ms at a time), and compares. Problems with
/// single files go to `errors`; the others are still measured.
SpeechReport measure(const SpeechSet& set, const speech::Engine& engine, const speech::VoiceprintModel* voices, std::ostream& errors);

base::json::object to_json(const SpeechReport& report);
void print(const SpeechReport& report, std::ostream& out);

struct SpeechEvalOptions {
  std::vector<std::string> folders;
  std::string model_dir;         // empty: the built-in one
  std::string phrases;           // empty: the list that comes with the model
  std::string voiceprint_model;  // for sets with trials
  bool json = false;
};
/// The command. Returns 0; 1 when the model cannot be loaded; 2 when a set or a file could not be used.
int run_speech_eval(const SpeechEvalOptions& options, std::ostream& out, std::ostream& errors);

}  // namespace mamori::eval
