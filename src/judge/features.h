// What the classifier sees of one utterance: character sequences, words and word pairs, classes of the lexicon and which of
// them stand together, mood, the frames that fit or were excused, and what the agent said before. Pure, thread-safe.
//
// A feature is named by a 64-bit hash (FNV-1a over its kind and its words), so a model needs no list of names and the words
// of an explanation come from the utterance itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "contact/event.h"
#include "judge/lexicon.h"
#include "judge/reading.h"

namespace mamori::judge {

// Where the utterance stands.
struct Surroundings {
  contact::Medium medium = contact::Medium::kPhone;
  bool dialogue = false;        // an agent has spoken before
  bool refused = false;         // ... and said no
  bool final_answer = false;    // ... and that it is the last word
  bool end_requested = false;   // ... and asked to end or to leave
  bool warned = false;          // a warning was given
  bool again = false;           // nearly the same as something the customer said before
  bool demand_refused = false;  // the same demand came again after a refusal
};

enum class FeatureKind : std::uint8_t { kCharacters,
                                        kWord,
                                        kWords,
                                        kClass,
                                        kClasses,
                                        kMood,
                                        kFrame,
                                        kExcused,
                                        kPlace };

struct Feature {
  std::uint64_t id = 0;
  float value = 0;
  FeatureKind kind = FeatureKind::kPlace;
  std::uint32_t begin = 0;  // in the normalised text; begin == end: of the whole utterance
  std::uint32_t end = 0;
};

// Each id once, in order of id. At most about 60 per character of the text.
std::vector<Feature> features(const Reading& reading, const Surroundings& around, const Lexicon& lexicon);

// Sentences of a normalised text as [begin, end), none empty.
std::vector<std::pair<std::size_t, std::size_t>> sentences(std::string_view text);

}  // namespace mamori::judge
