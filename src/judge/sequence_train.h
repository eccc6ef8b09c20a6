// Training the network of sequence.h by back-propagation through time with Adam (Kingma & Ba 2015), dropout (Srivastava et al. 2014)
// on words, their numbers and the pool, and a rate that rises shortly and falls to nothing. Pure and deterministic: the same samples,
// options and seed give the same network on the same kind of processor (sums run in the order of its lanes).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "judge/sequence.h"

namespace mamori::judge {

struct SequenceOptions {
  int epochs = 10;            // 0: no network
  int least_words = 2;        // a word seen in fewer places is known by its letters alone
  double rate = 2e-3;         // of Adam, the highest
  double drop_word = 0.15;    // a word is left out and only its letters, form and class are seen
  double drop_number = 0.35;  // of the numbers that stand for a word
  double drop_pool = 0.35;
};

struct SequenceSample {
  const std::vector<SeenWord>* words = nullptr;
  const std::array<signed char, kOutputs>* target = nullptr;  // 1 yes, -1 no, 0 not known
};

// Single-threaded. Samples without words are passed over.
std::unique_ptr<SequenceModel> train_sequence(const std::vector<SequenceSample>& samples, const SequenceOptions& options, std::uint32_t seed);

}  // namespace mamori::judge
