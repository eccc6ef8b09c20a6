// What the classifier's sums of weights cannot see: the order of the words. A small network reads them one after the other, once
// forwards and once backwards (gated recurrent units, Cho et al. 2014, with the reset gate after the product as in cuDNN), takes of
// each of its cells the highest and the mean, and weighs these. "I will burn it" and "it was burnt" are the same words to a sum.
// Trained by sequence_train.h; part of models/judge/classifier.bin. Loaded once, then only read; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/huge_pages.h"
#include "base/matrix.h"
#include "base/result.h"
#include "contact/event.h"
#include "judge/features.h"
#include "judge/lexicon.h"
#include "judge/outputs.h"
#include "judge/reading.h"

namespace mamori::judge {

// One word as the network sees it: hashes of what it is and of the letters it is written with; 0 where there is none.
struct SeenWord {
  // Base form, the word as written, part of speech with its form, class of the lexicon, that it is quoted, the medium, what a frame
  // that fits here stands for.
  std::array<std::uint64_t, 7> is{};
  std::array<std::uint64_t, 6> letters{};
  std::uint32_t begin = 0;  // in the normalised text
  std::uint32_t end = 0;
};

// The words of an utterance in their order: at most kMostWords, of a longer one the first and the last.
inline constexpr std::size_t kMostWords = 400;
// `classes`: what the lexicon finds in reading.normal.folded.
std::vector<SeenWord> seen_words(const Reading& reading, contact::Medium medium, const std::vector<Lexicon::Word>& classes);

// How large the network is.
namespace sequence_shape {
inline constexpr std::size_t kIn = 64;             // numbers that stand for a word
inline constexpr std::size_t kCells = 48;          // of each direction
inline constexpr std::size_t kGates = 3 * kCells;  // reset, update, fresh
inline constexpr std::size_t kPool = 4 * kCells;   // the highest and the mean, forwards, then backwards
inline constexpr std::size_t kOut = 32;            // kOutputs, rounded up
static_assert(kOutputs <= kOut);
}  // namespace sequence_shape

class SequenceModel {
 public:
  struct Direction {
    std::vector<float> in, in_bias;      // kIn rows of kGates; kGates
    std::vector<float> back, back_bias;  // kCells rows of kGates; kGates
  };
  struct Weights {
    std::vector<std::uint64_t> ids;  // ascending: which hashes are known
    std::vector<float> words;        // a row of kIn for each id
    std::array<Direction, 2> directions;
    std::vector<float> out, out_bias;  // kPool rows of kOut; kOut
  };
  // `weights` of the sizes above, and finite.
  explicit SequenceModel(Weights weights);

  // Words as they were read.
  struct Heard {
    std::size_t words = 0;
    std::array<std::vector<float>, 2> gates;  // of each direction: what stands for a word there, a row of kGates for each
    std::array<std::vector<float>, 2> cells;  // ... and the cells after each word, in the order they were read in, kCells for each
    Scores scores{};                          // log odds, not calibrated; without words those of none
  };
  // Time and memory are linear in the words.
  [[nodiscard]] Heard read(std::span<const SeenWord> words) const;
  [[nodiscard]] Scores score(std::span<const SeenWord> words) const { return read(words).scores; }
  // The same had these words not been said; `left_out`: for each word. What each direction reads before the first of them is taken from
  // `heard`.
  [[nodiscard]] Scores without(const Heard& heard, const std::vector<bool>& left_out) const;
  // The hashes it knows, ascending.
  [[nodiscard]] const std::vector<std::uint64_t>& ids() const { return index_.ids(); }
  [[nodiscard]] std::size_t size() const { return ids().size(); }

  // As part of a model file (docs/format/judge-model.md). Refuses what is truncated, too large or holds numbers that are none.
  [[nodiscard]] std::string bytes() const;
  static base::Result<std::unique_ptr<SequenceModel>> parse(std::string_view bytes, const std::string& name);

 private:
  // Of one direction: each cell at its highest, then their sums.
  struct Pool {
    std::array<float, 2 * sequence_shape::kCells> cells{};
    std::size_t words = 0;
    void take(const float* after_word);
  };
  void step(std::size_t direction, const float* gates, const float* previous, float* cells) const;
  [[nodiscard]] Scores weigh(const std::array<Pool, 2>& pools) const;

  Weights weights_;  // but for the words, which are here
  FeatureIndex index_;
  base::HugeVector<std::int16_t> words_;  // a row of kIn for each id, times word_step_
  float word_step_ = 1;
  std::array<base::PackedMatrix, 2> in_, back_;
  base::PackedMatrix out_;
};

// One step of one direction: of the word's part of the gates `in` and the previous cells' part `back` (kGates each) and the previous
// cells -> the gates and the new cells (kCells each). None may overlap.
void step_cells(const float* in, const float* back, const float* previous, float* reset, float* update, float* fresh, float* cells);

}  // namespace mamori::judge
