#pragma once
// What can be said and how likely it is: the pronunciation lexicon as a prefix tree, and a word trigram with back-off.
//
// Loaded from a "language" container (docs/format/speech-model.md). Immutable and shared by all streams and threads.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "speech/container.h"

namespace mamori::speech {

using WordId = std::uint16_t;

/// The two words before: what the trigram looks at.
struct History {
  WordId before = 0;
  WordId last = 0;
  friend bool operator==(const History&, const History&) = default;
};

class LanguageModel {
 public:
  /// `phones`: size of the acoustic model's inventory; every pronunciation must stay inside it.
  static base::Result<std::shared_ptr<const LanguageModel>> load(const std::string& path, std::size_t phones);
  static base::Result<std::shared_ptr<const LanguageModel>> from(const Container& file, std::size_t phones);

  [[nodiscard]] std::size_t size() const { return unigram_.size(); }
  [[nodiscard]] std::string_view spelling(WordId word) const;
  [[nodiscard]] std::span<const std::uint8_t> pronunciation(WordId word) const;
  /// Words that only spell out a mora, for stretches where no real word fits.
  [[nodiscard]] bool is_mora(WordId word) const { return word >= first_mora_; }

  [[nodiscard]] History start() const { return {bos_, bos_}; }
  [[nodiscard]] WordId end_of_sentence() const { return eos_; }
  /// Natural-log probability of `word` after `history`.
  [[nodiscard]] float score(History history, WordId word) const;
  /// The history after `word`. Mora words are forgotten: they say nothing about the next word.
  [[nodiscard]] History after(History history, WordId word) const;

  /// The prefix tree. Node 0 is the root.
  struct Node {
    std::uint32_t first_child = 0;
    std::uint32_t first_word = 0;
    std::uint16_t words = 0;
    std::uint8_t children = 0;
    std::uint8_t phone = 0;
    float best = 0;  // best unigram among the words at and below: what may still come
  };
  [[nodiscard]] const Node& node(std::uint32_t id) const { return nodes_[id]; }
  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }
  [[nodiscard]] std::span<const WordId> words_at(const Node& node) const {
    return {node_words_.data() + node.first_word, node.words};
  }

 private:
  void build_tree();
  [[nodiscard]] float bigram(WordId last, WordId word) const;
  [[nodiscard]] std::size_t find_bigram(WordId last, WordId word) const;

  std::vector<std::uint8_t> text_;
  std::vector<std::uint32_t> text_offsets_;
  std::vector<std::uint8_t> phones_;
  std::vector<std::uint32_t> phone_offsets_;
  std::vector<float> unigram_, unigram_backoff_;
  std::vector<std::uint32_t> bigram_offsets_;
  std::vector<WordId> bigram_words_;
  std::vector<float> bigram_, bigram_backoff_;
  std::vector<std::uint32_t> trigram_offsets_;
  std::vector<WordId> trigram_words_;
  std::vector<float> trigram_;
  WordId bos_ = 0;
  WordId eos_ = 0;
  WordId first_mora_ = 0;
  std::vector<Node> nodes_;
  std::vector<WordId> node_words_;
};

}  // namespace mamori::speech
