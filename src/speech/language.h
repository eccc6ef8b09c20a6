#pragma once
// What can be said and how likely it is: the pronunciation lexicon as a prefix tree, and two language models mixed word
// by word: a trigram with back-off of what is said to and by customer service, and a class bigram for all the rest of
// the language.
//
// Loaded from a "language" container (docs/format/speech-model.md). Immutable and shared by all streams and threads.
// An organisation's own words are added by with_words(), which makes a second model; the first stays as it was.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "speech/container.h"

namespace mamori::speech {

using WordId = std::uint32_t;
inline constexpr WordId kNoWord = 0xFFFFFFFF;
inline constexpr std::size_t kMaxWords = 1U << 20;

/// What the models look at: the two words before as far as the trigram knows them (kNoWord otherwise), and the class
/// of the last one. Histories that no model can tell apart are equal, so that hypotheses meet.
struct History {
  WordId before = kNoWord;
  WordId last = kNoWord;
  std::uint16_t word_class = 0;
  friend bool operator==(const History&, const History&) = default;
};

/// A word of the organisation's own: how it is written and how it is said (hiragana or katakana).
struct OwnWord {
  std::string spelling;
  std::string reading;
};

class LanguageModel {
 public:
  /// `phones`: size of the acoustic model's inventory; every pronunciation must stay inside it.
  static base::Result<std::shared_ptr<const LanguageModel>> load(const std::string& path, std::size_t phones);
  static base::Result<std::shared_ptr<const LanguageModel>> from(const Container& file, std::size_t phones);

  /// The same model with words added, each as likely as a well-known name; a word that exists with that reading becomes
  /// as likely. Fails, naming the word, on a reading that is not kana or holds a sound the phones cannot say.
  [[nodiscard]] base::Result<std::shared_ptr<const LanguageModel>> with_words(
      std::span<const OwnWord> words, std::span<const std::string> phone_symbols) const;

  [[nodiscard]] std::size_t size() const { return in_class_.size(); }
  [[nodiscard]] std::string_view spelling(WordId word) const;
  [[nodiscard]] std::span<const std::uint8_t> pronunciation(WordId word) const;
  /// Words that only spell out a mora, for stretches where no real word fits.
  [[nodiscard]] bool is_mora(WordId word) const { return word >= first_mora_ && word < end_mora_; }

  [[nodiscard]] History start() const { return {kNoWord, bos_, 0}; }
  [[nodiscard]] WordId end_of_sentence() const { return eos_; }
  /// Natural-log probability of `word` after `history`.
  [[nodiscard]] float score(History history, WordId word) const;
  /// The history after `word`. Of a mora word only that it is a noun of some kind is kept.
  [[nodiscard]] History after(History history, WordId word) const;

  /// The prefix tree. Node 0 is the root.
  struct Node {
    std::uint32_t first_child = 0;
    std::uint32_t first_word = 0;
    std::uint16_t words = 0;
    std::uint8_t children = 0;
    std::uint8_t phone = 0;
    float best = 0;  // best probability without history among the words at and below: what may still come
  };
  [[nodiscard]] const Node& node(std::uint32_t id) const { return nodes_[id]; }
  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }
  [[nodiscard]] std::span<const WordId> words_at(const Node& node) const {
    return {node_words_.data() + node.first_word, node.words};
  }

 private:
  void build_tree();
  [[nodiscard]] float alone(WordId word) const;  // ln P without any history
  [[nodiscard]] float trigram(History history, WordId word) const;
  [[nodiscard]] float bigram(WordId last, WordId word) const;
  [[nodiscard]] std::size_t find_bigram(WordId last, WordId word) const;

  std::vector<std::uint8_t> text_;
  std::vector<std::uint32_t> text_offsets_;
  std::vector<std::uint8_t> phones_;
  std::vector<std::uint32_t> phone_offsets_;
  std::vector<float> unigram_, unigram_backoff_;
  std::vector<std::uint32_t> bigram_offsets_;
  std::vector<std::uint16_t> bigram_words_;
  std::vector<float> bigram_, bigram_backoff_;
  std::vector<std::uint32_t> trigram_offsets_;
  std::vector<std::uint16_t> trigram_words_;
  std::vector<float> trigram_;
  std::vector<std::uint16_t> left_class_, right_class_;
  std::vector<float> in_class_;       // ln P(word | its left class)
  std::vector<float> class_prior_;    // ln P(class)
  std::vector<std::uint8_t> follow_;  // [classes, classes]: -ln P(to | from) in steps of follow_step_
  std::size_t classes_ = 0;
  float follow_step_ = 0;
  float log_trigram_weight_ = 0;
  float log_class_weight_ = 0;
  std::uint16_t new_word_class_ = 0;
  WordId in_text_ = 0;  // words below are known to the trigram
  WordId bos_ = 0;
  WordId eos_ = 0;
  WordId first_mora_ = 0;
  WordId end_mora_ = 0;
  std::vector<Node> nodes_;
  std::vector<WordId> node_words_;
};

}  // namespace mamori::speech
