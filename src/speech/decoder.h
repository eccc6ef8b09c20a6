#pragma once
// From phone posteriors to Japanese words: CTC prefix beam search over the lexicon tree with the trigram.
//
// One Decoder per stream, one thread; the language model is shared. Work per step is bounded by the beam, memory by the
// longest segment. Same rows in, same words out, however they were grouped.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "speech/language.h"

namespace mamori::speech {

struct DecoderOptions {
  std::size_t beam = 220;     // hypotheses kept after each step
  float beam_width = 15.0F;   // nats: hypotheses this much worse than the best are dropped
  float least_phone = -7.5F;  // nats: phones less likely than this are not tried
  float language = 1.0F;      // weight of the language model against the acoustic model
  float word_bonus = 0.5F;    // nats for every word: balances the language model's liking for few words
  float blank_scale = 1.3F;   // weight of the blank's log-probability: more than 1 costs insertions, which noise makes
};

struct DecodedWord {
  WordId word = 0;
  int begin = 0;  // step of its first phone
  int end = 0;    // step of its last phone
};

class Decoder {
 public:
  Decoder(std::shared_ptr<const LanguageModel> language, std::size_t phones, DecoderOptions options = {});

  /// Another language model from the next segment on; only between segments (at the beginning, or after finish()).
  void use(std::shared_ptr<const LanguageModel> language);
  /// One row of log-probabilities, `step` being its number in the stream.
  void push(std::span<const float> row, int step);
  /// The best words so far; words not finished yet are left out.
  [[nodiscard]] std::vector<DecodedWord> partial() const;
  /// The best words of the whole segment, then starts anew.
  std::vector<DecodedWord> finish();
  /// Spellings joined; a run of mora words comes out as katakana.
  [[nodiscard]] std::string text(std::span<const DecodedWord> words) const;

 private:
  struct Link {  // one word of a hypothesis, pointing at the one before
    std::int32_t previous;
    DecodedWord word;
  };
  struct Hypothesis {
    std::uint32_t node = 0;  // where in the tree; the root only before the first phone
    History history;         // before the word being built
    std::int32_t link = -1;  // the words finished
    float blank = 0;         // log-probability of paths ending in blank
    float phone = 0;         // ... ending in the node's phone
    float language = 0;      // language score so far, without look-ahead
    float any = 0;           // blank and phone together
    float rank = 0;          // any + language, and the best word that can still be reached: without it, long words
                             // would be dropped before they are complete
    int word_begin = 0;
    int last_phone_step = 0;
  };
  void reset();
  void forget_dead_links();
  static std::size_t hash(std::uint32_t node, const History& history);
  void add(const Hypothesis& h);
  [[nodiscard]] std::vector<DecodedWord> trace(std::int32_t link) const;

  std::shared_ptr<const LanguageModel> language_;
  std::size_t phones_;
  DecoderOptions options_;
  std::vector<Hypothesis> beam_, next_;
  // Where in next_ the hypothesis of a node and history is: an open hash table, emptied by counting pushes.
  struct Place {
    std::uint32_t push = 0;
    std::uint32_t index = 0;
  };
  std::vector<Place> places_;
  std::uint32_t push_ = 0;
  float best_rank_ = 0;
  std::vector<Link> links_;
};

}  // namespace mamori::speech
