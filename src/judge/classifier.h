// The classifier: logistic regressions over features.h, one for each category, each flag, and for "harassment at all", "level 3
// or more", "level 4" and "heated"; then, for each of these, a second regression over what all of them say (whether a text is
// harassment at all and what else it is tells much about what it is; stacked generalisation, Wolpert 1992, with hinges as in
// MARS, Friedman 1991). Both are piecewise linear, so their weights are the explanation. Trained by train.h with liblinear; read
// from models/judge/classifier.bin (docs/format/judge-model.md). Loaded once, then only read; thread-safe.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contact/event.h"
#include "judge/features.h"

namespace mamori::judge {

inline constexpr int kOutputHarassment = contact::kCategoryCount + contact::kFlagCount;
inline constexpr int kOutputLevel3 = kOutputHarassment + 1;  // given harassment
inline constexpr int kOutputLevel4 = kOutputHarassment + 2;  // given harassment
inline constexpr int kOutputHeated = kOutputHarassment + 3;  // level 1 or more
inline constexpr int kOutputs = kOutputHarassment + 4;

constexpr int output_of(contact::Category c) { return static_cast<int>(c); }
constexpr int output_of(contact::Flag f) { return contact::kCategoryCount + static_cast<int>(f); }
std::string output_name(int output);

using Scores = std::array<double, kOutputs>;  // log odds; 0 is even

class Classifier {
 public:
  // One output: the sum over the features and `bias` -> log odds by itself a * margin + b (Platt 1999) -> with the others
  // (combine()) -> calibrated log odds second_a * margin + second_b, taken from `threshold` (log odds) on.
  struct Output {
    double bias = 0;
    double a = 1;
    double b = 0;
    double second_bias = 0;
    double second_a = 1;
    double second_b = 0;
    double threshold = 0;
    double in_dialogue = 0;  // added to the threshold once an agent has spoken: a dialogue has many chances to be taken wrongly
  };

  // Where the line that turns an output's own log odds into evidence for the others may bend.
  static constexpr std::array<double, 3> kKnots{-4, -2, 0};
  // What the second regression sees of one output: its log odds, and how far they lie above each knot.
  static constexpr std::size_t kSeen = 1 + kKnots.size();
  static std::array<double, kSeen> seen(double log_odds) {
    std::array<double, kSeen> out{log_odds};
    for (std::size_t k = 0; k < kKnots.size(); ++k) out[k + 1] = log_odds > kKnots[k] ? log_odds - kKnots[k] : 0;
    return out;
  }
  // weights[to][from * kSeen + k]: of what is seen of output `from`, for output `to`.
  using Second = std::array<std::array<double, kOutputs * kSeen>, kOutputs>;

  static base::Result<std::unique_ptr<Classifier>> load(const std::string& path);
  // The bytes of a model file. Bounded: refuses what is truncated, of another version, or larger than 256 MiB.
  static base::Result<std::unique_ptr<Classifier>> parse(std::string_view bytes, const std::string& name);
  // From training: `ids` ascending, `weights` of ids.size() * kOutputs, row by row.
  Classifier(std::vector<std::uint64_t> ids, const std::vector<float>& weights, std::array<Output, kOutputs> outputs, const Second& second, std::string about);
  [[nodiscard]] std::string bytes() const;

  [[nodiscard]] const FeatureIndex& index() const { return index_; }
  // `features`: looked up in index().
  [[nodiscard]] Scores score(std::span<const Feature> features) const;
  // What each of the features adds to one output: exact as long as no output's log odds cross a knot.
  [[nodiscard]] std::vector<std::pair<const Feature*, double>> influences(std::span<const Feature> features, int output) const;
  [[nodiscard]] const Output& output(int output) const { return outputs_[static_cast<std::size_t>(output)]; }
  Output& output(int output) { return outputs_[static_cast<std::size_t>(output)]; }
  void describe(std::string about) { about_ = std::move(about); }
  [[nodiscard]] const std::string& about() const { return about_; }      // JSON: what it was trained on, figures
  [[nodiscard]] const std::string& version() const { return version_; }  // "judge-" and 8 hex digits over the bytes
  [[nodiscard]] std::size_t size() const { return index_.ids().size(); }

 private:
  Classifier() = default;
  [[nodiscard]] Scores alone(std::span<const Feature> features) const;  // each output by itself

  FeatureIndex index_;
  static constexpr int kLanes = (kOutputs + 7) / 8 * 8;  // of a row that are weighed together; what is beyond kOutputs is not used
  std::vector<std::int16_t> weights_;                    // x scale_: size() rows of kOutputs, and room for the last one's lanes
  std::array<float, kOutputs> scale_{};
  std::array<Output, kOutputs> outputs_;
  Second second_{};
  std::string about_;
  std::string version_;
};

// 1 / (1 + e^-x)
double probability(double log_odds);

}  // namespace mamori::judge
