#pragma once
// The measures an evaluation reports. Pure functions.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mamori::eval {

/// The characters (code points) of a text, without spaces and punctuation; full-width letters and digits become half-width.
std::vector<std::string> characters(std::string_view text);

/// Errors over a set: `errors` of `total` units.
struct ErrorRate {
  std::size_t errors = 0;
  std::size_t total = 0;
  void add(std::span<const std::string> heard, std::span<const std::string> said);
  [[nodiscard]] double rate() const { return total == 0 ? 0 : static_cast<double>(errors) / static_cast<double>(total); }
};

/// Probability that a positive scores above a negative, ties counting half (area under the ROC curve); 0.5 when either is empty.
double auc(std::span<const double> positives, std::span<const double> negatives);

/// Where as many targets are refused as impostors accepted; between two scores the mean of both rates. 0.5 when either is empty.
struct EqualError {
  double rate = 0.5;
  double threshold = 0;
};
EqualError equal_error(std::span<const double> targets, std::span<const double> impostors);

/// True and false positives and misses.
struct Counts {
  std::size_t hit = 0;
  std::size_t false_alarm = 0;
  std::size_t missed = 0;
  [[nodiscard]] double precision() const;  // 1 when nothing was found
  [[nodiscard]] double recall() const;     // 1 when nothing was to be found
  [[nodiscard]] double f1() const;         // 0 when nothing was hit, though there was something
};

}  // namespace mamori::eval
