// What the classifier sees of one utterance: character sequences, sound sequences (a recogniser that hears right may still
// write another word that sounds the same), words and word pairs, classes of the lexicon and which of
// them stand together, mood, the frames that fit or were excused, and what the agent said before. Pure, thread-safe.
//
// A feature is named by a 64-bit hash of its kind and its words, so a model needs no list of names and the words
// of an explanation come from the utterance itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/huge_pages.h"
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
                                        kSounds,
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
  std::int32_t row = -1;  // in the index it was looked up in
};

// Which features a model knows: id -> row.
class FeatureIndex {
 public:
  FeatureIndex() : FeatureIndex(std::vector<std::uint64_t>{}) {}
  explicit FeatureIndex(std::vector<std::uint64_t> ids);  // ascending, fewer than 2^24
  // -1: not known. Two ids are the same to it where their upper 40 bits are and the lower ones lead to neighbouring slots.
  [[nodiscard]] std::int32_t row(std::uint64_t id) const {
    for (auto at = id & mask_; slots_[at] != 0; at = (at + 1) & mask_) {
      if ((slots_[at] ^ id) >> kRowBits == 0) return static_cast<std::int32_t>(slots_[at] & kRowMask) - 1;
    }
    return -1;
  }
  // False: not known. Most of what is asked for is not there, and this tells so from a small table (a Bloom filter with both bits in
  // one word, Putze et al. 2007): four of five unknown ids, of a model with 600,000.
  [[nodiscard]] bool may_know(std::uint64_t id) const {
    const auto bits = bits_of(id);
    return (seen_[id % kFilterWords] & bits) == bits;
  }
  // That row(id) will be asked for soon.
  void expect(std::uint64_t id) const { __builtin_prefetch(&slots_[id & mask_]); }
  [[nodiscard]] const std::vector<std::uint64_t>& ids() const { return ids_; }

 private:
  static constexpr std::size_t kFilterWords = 1u << 15;
  static std::uint64_t bits_of(std::uint64_t id) { return std::uint64_t{1} << (id >> 58) | std::uint64_t{1} << (id >> 52 & 63); }
  static constexpr int kRowBits = 24;
  static constexpr std::uint64_t kRowMask = (1u << kRowBits) - 1;
  std::vector<std::uint64_t> ids_;
  base::HugeVector<std::uint64_t> slots_;  // open addressing, at most half full: the id's upper bits, then its row + 1; 0: free
  std::uint64_t mask_ = 0;                 // slots_.size() - 1
  std::vector<std::uint64_t> seen_;        // two bits for each id
};

// Each id once, at most about 60 per character of the text: all of them in order of id, or with `known` only those it knows, in
// order of position, with their rows.
// `classes`: what the lexicon finds in reading.normal.folded.
std::vector<Feature> features(const Reading& reading, const Surroundings& around, const std::vector<Lexicon::Word>& classes, const FeatureIndex* known = nullptr);

// Sentences of a normalised text as [begin, end), none empty.
std::vector<std::pair<std::size_t, std::size_t>> sentences(std::string_view text);

}  // namespace mamori::judge
