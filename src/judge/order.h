// What the order of words and letters says: two networks of sequence.h, one over the words, one over the letters they are written
// with, whose answers are averaged. The letters tell of words that no training text holds and of how a verb ends; what one network
// gets wrong the other often gets right. Part of models/judge/classifier.bin. Loaded once, then only read; thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "judge/outputs.h"
#include "judge/sequence.h"

namespace mamori::judge {

// The letters of an utterance in their order, each as a "word" of its own: the letter; it together with the one before it; on a word's
// first letter its base form; and of the word it stands in part of speech with form, class, quotation, medium and frame.
struct SeenLetters {
  std::vector<SeenWord> letters;
  std::vector<std::uint32_t> word;  // of each letter: which word it stands in
};
// At most kMostLetters: of more the first and the last. Of a word the letters that SeenWord holds.
inline constexpr std::size_t kMostLetters = 600;
SeenLetters seen_letters(std::span<const SeenWord> words);

class OrderModel {
 public:
  // Neither may be null.
  OrderModel(std::unique_ptr<const SequenceModel> words, std::unique_ptr<const SequenceModel> letters);

  struct Heard {
    SequenceModel::Heard by_words, by_letters;
    std::vector<std::uint32_t> word;  // of each letter
    Scores scores{};                  // log odds, not calibrated; without words those of none
  };
  // Time and memory are linear in the words.
  [[nodiscard]] Heard read(std::span<const SeenWord> words) const;
  [[nodiscard]] Scores score(std::span<const SeenWord> words) const { return read(words).scores; }
  // The same had these words not been said; `left_out`: for each word. A letter keeps what it was read with, the one before it too.
  [[nodiscard]] Scores without(const Heard& heard, const std::vector<bool>& left_out) const;
  [[nodiscard]] const SequenceModel& words() const { return *words_; }
  [[nodiscard]] const SequenceModel& letters() const { return *letters_; }

  // As part of a model file (docs/format/judge-model.md). Refuses what is truncated, too large or holds numbers that are none.
  [[nodiscard]] std::string bytes() const;
  static base::Result<std::unique_ptr<OrderModel>> parse(std::string_view bytes, const std::string& name);

  // Of both answers.
  static Scores average(const Scores& words, const Scores& letters);

 private:
  std::unique_ptr<const SequenceModel> words_, letters_;
};

}  // namespace mamori::judge
