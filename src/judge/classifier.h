// The classifier: logistic regressions over features.h, one for each output of outputs.h; then, for each output, a second regression
// over what all of them say (whether a text is harassment at all and what else it is tells much about what it is; stacked
// generalisation, Wolpert 1992, with hinges as in MARS, Friedman 1991); and where these leave a doubt, small networks that read the
// words and letters in their order (order.h) have a share in the answer. The regressions are piecewise linear, so their weights are
// the explanation; the networks' part is told beside it as one. Trained by train.h with liblinear and by sequence_train.h; read
// from models/judge/classifier.bin (docs/format/judge-model.md). Loaded once, then only read; thread-safe.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "judge/features.h"
#include "judge/outputs.h"
#include "judge/order.h"

namespace mamori::judge {

class Classifier {
 public:
  // One output: the sum over the features and `bias` -> log odds by itself a * margin + b (Platt 1999) -> with the other outputs
  // (Second) -> calibrated log odds x = second_a * margin + second_b -> where the order of the words is asked, own * x + order * what
  // the networks say + order_bias. Taken from `threshold` (log odds) on.
  struct Output {
    double bias = 0;
    double a = 1;
    double b = 0;
    double second_bias = 0;
    double second_a = 1;
    double second_b = 0;
    double own = 1;
    double order = 0;
    double order_bias = 0;
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
  // From training: `ids` ascending, `weights` of ids.size() * kOutputs, row by row; `order` null: no networks.
  Classifier(std::vector<std::uint64_t> ids, const std::vector<float>& weights, std::array<Output, kOutputs> outputs, const Second& second, std::unique_ptr<const OrderModel> order, std::string about);
  [[nodiscard]] std::string bytes() const;

  [[nodiscard]] const FeatureIndex& index() const { return index_; }
  // Each output by itself. `features`: looked up in index().
  [[nodiscard]] Scores first(std::span<const Feature> features) const;
  // The same were these features not there; `first` is with them.
  [[nodiscard]] Scores first_without(const Scores& first, std::span<const Feature> gone) const;
  // All of them together, without the order of the words; of what first() says.
  [[nodiscard]] Scores alone(const Scores& first) const;
  // Within so many log odds of even an answer of alone() is in doubt (18 % to 82 %). On held-out folds asking more often changed next to
  // nothing that is found (docs/adr/0027-letters-and-errors.md).
  static constexpr double kDoubt = 1.5;
  // Whether the order of the words is to be asked, given what alone() says: harassment is in doubt, or likely and a kind is.
  [[nodiscard]] bool asks_order(const Scores& alone) const { return order_ && asked(alone); }
  static bool asked(const Scores& alone);
  // With it: `order` is what order() says of the words.
  [[nodiscard]] Scores together(const Scores& alone, const Scores& order) const;
  // All of it. `words`: need not be there where the order is not asked.
  [[nodiscard]] Scores score(std::span<const Feature> features, std::span<const SeenWord> words = {}) const;
  using Part = std::pair<const Feature*, double>;
  // What each of the features adds to one output: exact as long as no output's log odds cross a knot. `first`:
  // of these features; `ordered`: the order was asked.
  [[nodiscard]] std::vector<Part> influences(std::span<const Feature> features, const Scores& first, int output, bool ordered = false) const;
  // What the order adds to one output, against no words at all.
  [[nodiscard]] double influence_of_order(const Scores& order, int output) const;
  [[nodiscard]] const Output& output(int output) const { return outputs_[static_cast<std::size_t>(output)]; }
  Output& output(int output) { return outputs_[static_cast<std::size_t>(output)]; }
  void describe(std::string about) { about_ = std::move(about); }
  [[nodiscard]] const std::string& about() const { return about_; }      // JSON: what it was trained on, figures
  [[nodiscard]] const std::string& version() const { return version_; }  // "judge-" and 8 hex digits over the bytes
  [[nodiscard]] std::size_t size() const { return index_.ids().size(); }
  [[nodiscard]] const OrderModel* order() const { return order_.get(); }  // null: none

 private:
  Classifier() = default;

  static constexpr int kLanes = (kOutputs + 7) / 8 * 8;  // of a row that are weighed together; what is beyond kOutputs is 0
  using Margins = std::array<float, kLanes>;
  // What one feature weighs in each output: step * weights. Half a cache line, as rows lie far apart.
  struct alignas(32) Row {
    float step = 1;
    std::array<std::int8_t, kLanes> weights{};
  };
  void derive();  // what follows from the rest: by_seen_, silence_
  static void add_seen(const double* rows, const double* seen, double* sums);
  static void add_rows(const Row* rows, const Feature* features, std::size_t n, float* margins);
  [[nodiscard]] Margins margins(std::span<const Feature> features) const;  // without bias

  FeatureIndex index_;
  base::HugeVector<Row> rows_;
  std::array<Output, kOutputs> outputs_;
  Second second_{};
  std::vector<double> by_seen_;  // second_ the other way round, a row of kLanes for each thing seen: what is weighed together lies together
  std::shared_ptr<const OrderModel> order_;
  Scores silence_{};  // what the networks say without any words
  std::string about_;
  std::string version_;
};

}  // namespace mamori::judge
