// The judge: from what was said to what it amounts to. Pure: state + event -> new state + result. No clock, no I/O after
// load(), no threads of its own. The same calls serve the live call, the command line, replay and the tests.
//
// One customer utterance goes: normalise and split (text/) -> frames (frames.h) and own words (own_words.h) -> whose words they
// are (scope.h) -> features (features.h) -> classifier (classifier.h) -> findings with their explanation (decide.h) -> what only
// time shows (dialogue.h) -> level, axes, reason (verdict.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "contact/event.h"
#include "judge/classifier.h"
#include "judge/criteria.h"
#include "judge/dialogue.h"
#include "judge/frames.h"

namespace mamori::judge {

// What the judge is loaded from.
struct JudgeFiles {
  std::string frames;   // folder data/frames
  std::string lexicon;  // data/lexicon/classes.toml
  std::string model;    // models/judge/classifier.bin; empty: frames alone decide

  // As they are shipped, below the folder that holds data/ and models/.
  static JudgeFiles shipped(const std::string& resources);
};

// What a classifier sees of one utterance.
struct Sample {
  std::vector<Feature> features;  // by ascending id, not looked up
  std::vector<SeenWord> words;
};

class Judge {
 public:
  // MeCab with ipadic-utf8 must be installed. Errors name the file, line and reason. The criteria are the defaults
  // (version "default").
  static base::Result<std::unique_ptr<Judge>> load(const JudgeFiles& files);
  // The same, but a model that cannot be used does not stop the judge: frames alone decide, and `problem` says why.
  static base::Result<std::unique_ptr<Judge>> load(JudgeFiles files, std::string& problem);
  // The same with another classifier; null: frames alone.
  [[nodiscard]] std::unique_ptr<Judge> with(std::shared_ptr<const Classifier> classifier) const;
  // The same under other criteria. Cheap: frames, lexicon, words and model are shared.
  [[nodiscard]] std::unique_ptr<Judge> with(const Criteria& criteria) const;
  ~Judge();
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  // All const and thread-safe: the state is the caller's.
  Step hear(DialogueState& state, const contact::Utterance& utterance) const;
  Step hear(DialogueState& state, const contact::SpottedPhrase& phrase) const;
  Step hear(DialogueState& state, const contact::VoiceCue& cue) const;
  // Time passed: `duration` seconds since the start. Findings about duration come from here.
  Step tick(DialogueState& state, double duration) const;
  // A warning was given to the caller.
  void warned(DialogueState& state) const { ++state.warnings; }

  // What a classifier would see of this utterance now, for training and measuring; the state is not changed. Text beyond the
  // first 4 KiB is not looked at.
  [[nodiscard]] Sample sample(const DialogueState& state, const contact::Utterance& utterance) const;

  // "<criteria>/<frames>/<model>", e.g. "12/frames-1a2b3c4d/judge-5e6f7a8b"; without a model two parts.
  [[nodiscard]] const std::string& criteria_version() const;
  [[nodiscard]] const Criteria& criteria() const;
  [[nodiscard]] const std::vector<Frame>& frames() const;
  [[nodiscard]] const Classifier* classifier() const;  // null: frames alone

 private:
  struct Parts;
  struct Impl;
  explicit Judge(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::judge
