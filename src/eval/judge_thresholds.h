// From which score on something is said, set by the scores of samples that the classifier has not seen, and how much each of these
// samples counts. Scores are log odds; targets 1 yes, -1 no; weights above 0, one for each score. Pure.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "contact/category.h"

namespace mamori::eval {

// A weight for each message by its kinds: the rarer the rarest of them, the more, by one over a power of how often it occurs, so
// that a kind somebody wrote much about is not taken for frequent (nor a rare one for as frequent as the others). Without a kind: 1.
// Those with one count together as much as they are.
std::vector<double> kind_weights(const std::vector<std::set<contact::Category>>& kinds);

// F-beta when everything from `threshold` on is said. 0 when there is nothing to find.
double f_beta(const std::vector<double>& scores, const std::vector<signed char>& targets, double threshold, double beta, const std::vector<double>& weights);

// The best F1 that any threshold gives.
double best_f1(const std::vector<double>& scores, const std::vector<signed char>& targets, const std::vector<double>& weights);

// Log odds from which a kind is worth saying if F1 is to be greatest: where the calibrated probability is half of the best F1 (Lipton,
// Elkan & Naryanaswamy 2014), never above even odds. It rests on the whole calibration, so it moves less from one corpus to
// the next than the cut that happens to be best on this one.
double f1_threshold(double best);

// The score among 200 quantiles of `candidates` at which `worth` is greatest. 0 when there are none.
double best_threshold(std::vector<double> candidates, const std::function<double(double)>& worth);

// The threshold above which no more than this share of the scores lies.
double above(std::vector<double> scores, double share);

}  // namespace mamori::eval
