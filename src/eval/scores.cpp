#include "eval/scores.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cmath>

#include "base/edit_distance.h"

namespace mamori::eval {

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> out;
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(reinterpret_cast<const std::uint8_t*>(text.data()), at, size, c);
    if (u_isUWhiteSpace(c) || u_ispunct(c) || u_charType(c) == U_MATH_SYMBOL) continue;
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    std::uint8_t bytes[4];
    std::int32_t n = 0;
    U8_APPEND_UNSAFE(bytes, n, c);
    out.emplace_back(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(n));
  }
  return out;
}

void ErrorRate::add(std::span<const std::string> heard, std::span<const std::string> said) {
  errors += base::edit_distance(heard, said);
  total += said.size();
}

double auc(std::span<const double> positives, std::span<const double> negatives) {
  if (positives.empty() || negatives.empty()) return 0.5;
  std::vector<double> sorted(negatives.begin(), negatives.end());
  std::ranges::sort(sorted);
  double sum = 0;
  for (const double p : positives) {
    const auto [first, last] = std::ranges::equal_range(sorted, p);
    sum += static_cast<double>(first - sorted.begin()) + 0.5 * static_cast<double>(last - first);
  }
  return sum / (static_cast<double>(positives.size()) * static_cast<double>(negatives.size()));
}

EqualError equal_error(std::span<const double> targets, std::span<const double> impostors) {
  if (targets.empty() || impostors.empty()) return {};
  std::vector<double> t(targets.begin(), targets.end());
  std::vector<double> i(impostors.begin(), impostors.end());
  std::ranges::sort(t);
  std::ranges::sort(i);
  std::vector<double> thresholds = t;
  thresholds.insert(thresholds.end(), i.begin(), i.end());
  EqualError best;
  double nearest = 2;
  for (const double at : thresholds) {
    const double refused = static_cast<double>(std::ranges::lower_bound(t, at) - t.begin()) / static_cast<double>(t.size());
    const double accepted = static_cast<double>(i.end() - std::ranges::lower_bound(i, at)) / static_cast<double>(i.size());
    if (std::abs(refused - accepted) < nearest) {
      nearest = std::abs(refused - accepted);
      best = {(refused + accepted) / 2, at};
    }
  }
  return best;
}

double Counts::precision() const {
  return hit + false_alarm == 0 ? 1 : static_cast<double>(hit) / static_cast<double>(hit + false_alarm);
}
double Counts::recall() const { return hit + missed == 0 ? 1 : static_cast<double>(hit) / static_cast<double>(hit + missed); }
double Counts::f1() const {
  const double all = static_cast<double>(2 * hit + false_alarm + missed);
  return all == 0 ? 1 : static_cast<double>(2 * hit) / all;
}

}  // namespace mamori::eval
