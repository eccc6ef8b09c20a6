// Training the classifier: with liblinear (L2-regularised logistic regression, Fan et al. 2008) one regression for each output, and
// one over what all of them say of held-out samples; then the networks of order.h and their share. Pure and deterministic on one
// kind of processor (sequence_train.h): the same samples give the same model, however many threads the caller lends. Not thread-safe against itself (liblinear prints through a global function).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "judge/classifier.h"
#include "judge/sequence_train.h"

namespace mamori::judge {

struct TrainingSample {
  std::vector<std::pair<std::uint64_t, float>> features;  // by ascending id
  std::vector<SeenWord> words;                            // in their order; without any the networks do not learn from it
  std::array<signed char, kOutputs> target{};             // 1 yes, -1 no, 0 not known: left out for this output
  bool calibrate = true;                                  // false: learned from, but the calibration does not rest on it
  double weight = 1;                                      // how much it counts in the calibration, > 0
  std::string group;                                      // samples of one group never stand on both sides of a fold
};

struct TrainingOptions {
  double cost = 3;                     // liblinear's C
  double positive_weight = 1;          // of the rarer class
  double evidence = 0.5;               // 0..1: how far a feature's weight is scaled by its log count ratio (Wang & Manning 2012)
  double second_cost = 0.5;            // of the second regression, whose inputs have variance 1; 0: none, each output by itself
  std::size_t most_features = 600000;  // the strongest are kept (the held-out scores are those of all)
  int least_count = 2;                 // a feature seen in fewer samples is left out
  int folds = 5;
  SequenceOptions sequence;   // of both networks
  double order_share = 0.35;  // 0..1: of the networks in the log odds, before they are calibrated
  // Calls work(0) … work(n - 1) in any order, side by side if it likes, and returns when all are done; empty: one after the other.
  std::function<void(int n, const std::function<void(int)>& work)> side_by_side;
};

struct Trained {
  std::unique_ptr<Classifier> classifier;  // calibrated; thresholds are 0 (even odds)
  std::vector<Scores> held_out;            // of each sample, by the model that did not see its group, calibrated
};

// Fails when an output has no example of both kinds.
base::Result<Trained> train(const std::vector<TrainingSample>& samples, const TrainingOptions& options);

// a and b of log odds = a * margin + b, fitted by maximum likelihood on held-out margins (Platt 1999, with his smoothed
// targets; Newton's method as in Lin, Lin & Weng 2007).
// `weights` of the samples, all above 0; empty: all 1.
std::pair<double, double> calibrate(const std::vector<double>& margins, const std::vector<signed char>& targets, const std::vector<double>& weights = {});

}  // namespace mamori::judge
