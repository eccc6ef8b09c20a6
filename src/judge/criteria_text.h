// Criteria as text that people edit (docs/format/criteria.md): reading, writing, comparing. Pure, thread-safe, bounded.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/change.h"
#include "base/result.h"
#include "base/toml.h"
#include "judge/criteria.h"

namespace mamori::judge {

inline constexpr std::size_t kMostPhrases = 2000;
inline constexpr std::size_t kMostExceptions = 2000;

// `version` and `name` in the text are optional; whoever keeps versions gives them (app, versions/).
std::expected<Criteria, base::Mistake> read_criteria(std::string_view toml, const std::string& file);
// The same with the mistake as one message: file, line, reason in Japanese and English.
base::Result<Criteria> parse_criteria(std::string_view toml, const std::string& file);

// What read_criteria reads back as the same criteria. Defaults are written out for thresholds, left out for categories.
std::string to_toml(const Criteria& criteria);

// What a reader has to know when `after` takes the place of `before`. `version` is not compared.
std::vector<base::Change> changes(const Criteria& before, const Criteria& after);

// One threshold, for forms and texts: its name, unit, bounds, and where our default comes from. None is official.
struct ThresholdTerm {
  std::string_view id;  // the key in TOML
  std::string_view ja;
  std::string_view en;
  std::string_view unit_ja;
  std::string_view unit_en;
  std::string_view basis_ja;
  std::string_view basis_en;
  double Thresholds::* minutes;  // one of these two is set
  int Thresholds::* count;
  double least;
  double most;

  [[nodiscard]] double value(const Thresholds& t) const { return minutes ? t.*minutes : t.*count; }
};
std::span<const ThresholdTerm> threshold_terms();

}  // namespace mamori::judge
