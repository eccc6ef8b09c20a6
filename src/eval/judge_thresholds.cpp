#include "eval/judge_thresholds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace mamori::eval {

using contact::Category;

namespace {

// With it the kinds of the training part stand to each other as in the development part, whose writer was asked for all of them:
// threats in 18 of 100 harassing messages (15 there; 33 as they are), the rarest in 7.
constexpr double kRarity = 0.75;

}  // namespace

std::vector<double> kind_weights(const std::vector<std::set<Category>>& kinds) {
  std::array<double, contact::kCategoryCount> count{};
  for (const auto& some : kinds) {
    for (const auto c : some) count[static_cast<std::size_t>(c)] += 1;
  }
  std::vector<double> out(kinds.size(), 1);
  double sum = 0;
  double n = 0;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i].empty()) continue;
    double rarest = std::numeric_limits<double>::max();
    for (const auto c : kinds[i]) rarest = std::min(rarest, count[static_cast<std::size_t>(c)]);
    sum += out[i] = 1 / std::pow(rarest, kRarity);
    n += 1;
  }
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (!kinds[i].empty()) out[i] *= n / sum;
  }
  return out;
}

double best_threshold(std::vector<double> candidates, const std::function<double(double)>& worth) {
  std::ranges::sort(candidates);
  double best = 0;
  double most = -1;
  const std::size_t steps = 200;
  for (std::size_t i = 1; i < steps; ++i) {
    if (candidates.empty()) break;
    const double t = candidates[i * (candidates.size() - 1) / steps];
    const double w = worth(t);
    if (w > most) {
      most = w;
      best = t;
    }
  }
  return best;
}

double above(std::vector<double> scores, double share) {
  if (scores.empty()) return -1e9;
  std::ranges::sort(scores);
  return std::nextafter(scores[static_cast<std::size_t>((1 - share) * static_cast<double>(scores.size() - 1))], 1e9);
}

double f_beta(const std::vector<double>& scores, const std::vector<signed char>& targets, double threshold, double beta, const std::vector<double>& weights) {
  double hit = 0, wrong = 0, missed = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool said = scores[i] >= threshold;
    if (said)
      (targets[i] > 0 ? hit : wrong) += weights[i];
    else if (targets[i] > 0)
      missed += weights[i];
  }
  const double b2 = beta * beta;
  return (1 + b2) * hit / std::max(1.0, (1 + b2) * hit + b2 * missed + wrong);
}

double best_f1(const std::vector<double>& scores, const std::vector<signed char>& targets, const std::vector<double>& weights) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, std::ranges::greater{}, [&](std::size_t i) { return scores[i]; });
  double yes = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) yes += targets[i] > 0 ? weights[i] : 0;
  double hit = 0, said = 0, best = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const auto i = order[k];
    said += weights[i];
    if (targets[i] > 0) hit += weights[i];
    if (k + 1 < order.size() && scores[order[k + 1]] == scores[i]) continue;
    best = std::max(best, 2 * hit / std::max(1e-9, said + yes));
  }
  return best;
}

double f1_threshold(double best) {
  const double p = std::clamp(best / 2, 0.05, 0.5);
  return std::log(p / (1 - p));
}

}  // namespace mamori::eval
