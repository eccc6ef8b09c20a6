#include "judge/train.h"

#include <linear.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "base/hash.h"

namespace mamori::judge {
namespace {

using base::ErrorCode;

struct Row {
  std::vector<feature_node> nodes;  // ends with index -1
};

// Which fold a group falls into: by a hash of its name, so that it does not depend on what else is there.
int fold_of(const std::string& group, int folds) {
  auto hash = base::fnv1a(group);
  hash ^= hash >> 29;
  return static_cast<int>(hash % static_cast<std::uint64_t>(folds));
}

// Weights of an L2-regularised logistic regression over `columns` features numbered from 1; the last one is the bias.
std::vector<double> regress(std::vector<double>& y, const std::vector<const feature_node*>& rows, std::size_t columns, double cost, double positive_weight) {
  std::vector<feature_node*> x;  // liblinear only reads them
  for (const auto* row : rows) x.push_back(const_cast<feature_node*>(row));
  problem p{};
  p.l = static_cast<int>(y.size());
  p.n = static_cast<int>(columns);
  p.y = y.data();
  p.x = x.data();
  p.bias = 1;
  int labels[1] = {1};
  double weights[1] = {positive_weight};
  parameter q{};
  q.solver_type = L2R_LR;
  q.eps = 0.01;
  q.C = cost;
  q.nr_weight = 1;
  q.weight_label = labels;
  q.weight = weights;
  model* m = ::train(&p, &q);
  std::vector<double> out(m->w, m->w + p.n);
  if (m->label[0] < 0) {
    for (auto& w : out) w = -w;
  }
  free_and_destroy_model(&m);
  return out;
}

class Trainer {
 public:
  Trainer(const std::vector<TrainingSample>& samples, const TrainingOptions& options) : samples_(samples), options_(options) {
    set_print_string_function([](const char*) {});
    std::unordered_map<std::uint64_t, int> seen;
    for (const auto& s : samples_) {
      for (const auto& [id, value] : s.features) ++seen[id];
    }
    for (const auto& [id, n] : seen) {
      if (n >= options_.least_count) ids_.push_back(id);
    }
    std::ranges::sort(ids_);
    for (const auto id : ids_) counts_.push_back(seen.at(id));
    rows_.resize(samples_.size());
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      for (const auto& [id, value] : samples_[i].features) {
        const auto it = std::ranges::lower_bound(ids_, id);
        if (it != ids_.end() && *it == id) rows_[i].nodes.push_back({static_cast<int>(it - ids_.begin()) + 1, static_cast<double>(value)});
      }
      rows_[i].nodes.push_back({static_cast<int>(ids_.size()) + 1, 1.0});  // bias
      rows_[i].nodes.push_back({-1, 0});
    }
  }

  // Weights of ids + bias; empty when one class is missing. `without` >= 0: leaves that fold out.
  std::vector<double> fit(int output, int without) const {
    std::vector<double> y;
    std::vector<const feature_node*> x;
    bool yes = false;
    bool no = false;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const auto target = samples_[i].target[static_cast<std::size_t>(output)];
      if (target == 0 || (without >= 0 && fold(i) == without)) continue;
      y.push_back(target);
      x.push_back(rows_[i].nodes.data());
      yes = yes || target > 0;
      no = no || target < 0;
    }
    if (!yes || !no) return {};
    // How much more often a feature stands with yes than with no: what tells much may weigh much (NB-SVM).
    std::vector<double> ratio(ids_.size() + 1, 1);
    std::vector<std::vector<feature_node>> scaled;
    if (options_.evidence > 0) {
      std::vector<double> with_yes(ids_.size(), 1);
      std::vector<double> with_no(ids_.size(), 1);
      double all_yes = 2;
      double all_no = 2;
      for (std::size_t i = 0; i < x.size(); ++i) {
        (y[i] > 0 ? all_yes : all_no) += 1;
        for (const auto* n = x[i]; n->index >= 0; ++n) {
          if (static_cast<std::size_t>(n->index) <= ids_.size()) (y[i] > 0 ? with_yes : with_no)[static_cast<std::size_t>(n->index - 1)] += 1;
        }
      }
      double sum = 0;
      for (std::size_t f = 0; f < ids_.size(); ++f) {
        ratio[f] = std::abs(std::log((with_yes[f] / all_yes) / (with_no[f] / all_no)));
        sum += ratio[f];
      }
      const double mean = sum / static_cast<double>(std::max<std::size_t>(1, ids_.size()));
      for (std::size_t f = 0; f < ids_.size(); ++f) ratio[f] = 1 - options_.evidence + options_.evidence * ratio[f] / mean;
      scaled.resize(x.size());
      for (std::size_t i = 0; i < x.size(); ++i) {
        const auto* n = x[i];
        for (; n->index >= 0; ++n) scaled[i].push_back({n->index, n->value * ratio[static_cast<std::size_t>(n->index - 1)]});
        scaled[i].push_back({-1, 0});
        x[i] = scaled[i].data();
      }
    }
    auto out = regress(y, x, ids_.size() + 1, options_.cost, options_.positive_weight);
    for (std::size_t f = 0; f < out.size(); ++f) out[f] *= ratio[f];
    return out;
  }

  [[nodiscard]] double margin(const std::vector<double>& w, std::size_t sample) const {
    double sum = 0;
    for (const auto& node : rows_[sample].nodes) {
      if (node.index > 0) sum += w[static_cast<std::size_t>(node.index - 1)] * node.value;
    }
    return sum;
  }

  [[nodiscard]] int fold(std::size_t sample) const { return fold_of(samples_[sample].group, options_.folds); }
  [[nodiscard]] const std::vector<std::uint64_t>& ids() const { return ids_; }
  [[nodiscard]] const std::vector<int>& counts() const { return counts_; }  // samples that have each of them

 private:
  const std::vector<TrainingSample>& samples_;
  const TrainingOptions& options_;
  std::vector<std::uint64_t> ids_;
  std::vector<int> counts_;
  std::vector<Row> rows_;
};

// The second regression: what the outputs by themselves say, on samples they have not seen, against what is true.
class SecondTrainer {
 public:
  SecondTrainer(const std::vector<TrainingSample>& samples, const TrainingOptions& options, const std::vector<Scores>& first) : samples_(samples), options_(options), rows_(first.size()) {
    for (std::size_t i = 0; i < first.size(); ++i) {
      for (std::size_t o = 0; o < kOutputs; ++o) std::ranges::copy(Classifier::seen(first[i][o]), rows_[i].begin() + static_cast<std::ptrdiff_t>(o * Classifier::kSeen));
    }
    // On one scale, so that the regularisation treats them alike.
    for (std::size_t c = 0; c < kColumns; ++c) {
      double sum = 0;
      double squares = 0;
      for (const auto& row : rows_) {
        sum += row[c];
        squares += row[c] * row[c];
      }
      const auto n = static_cast<double>(rows_.size());
      mean_[c] = sum / n;
      deviation_[c] = std::max(1e-3, std::sqrt(std::max(0.0, squares / n - mean_[c] * mean_[c])));
    }
    nodes_.resize(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      for (std::size_t c = 0; c < kColumns; ++c) nodes_[i].push_back({static_cast<int>(c) + 1, (rows_[i][c] - mean_[c]) / deviation_[c]});
      nodes_[i].push_back({static_cast<int>(kColumns) + 1, 1.0});
      nodes_[i].push_back({-1, 0});
    }
  }

  struct Line {
    std::array<double, kOutputs * Classifier::kSeen> weights{};
    double bias = 0;
  };

  // `without` >= 0: leaves that fold out.
  [[nodiscard]] Line fit(int output, int without) const {
    std::vector<double> y;
    std::vector<const feature_node*> x;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const auto target = samples_[i].target[static_cast<std::size_t>(output)];
      if (target == 0 || (without >= 0 && fold_of(samples_[i].group, options_.folds) == without)) continue;
      y.push_back(target);
      x.push_back(nodes_[i].data());
    }
    Line out;
    // Not wanted, or one kind alone in these folds: the output by itself.
    if (options_.second_cost <= 0 || std::ranges::adjacent_find(y, std::ranges::not_equal_to{}) == y.end()) {
      out.weights[static_cast<std::size_t>(output) * Classifier::kSeen] = 1;
      return out;
    }
    const auto w = regress(y, x, kColumns + 1, options_.second_cost, options_.positive_weight);
    out.bias = w[kColumns];
    for (std::size_t c = 0; c < kColumns; ++c) {
      out.weights[c] = w[c] / deviation_[c];
      out.bias -= out.weights[c] * mean_[c];
    }
    return out;
  }

  [[nodiscard]] double margin(const Line& line, std::size_t sample) const { return std::inner_product(rows_[sample].begin(), rows_[sample].end(), line.weights.begin(), line.bias); }

 private:
  static constexpr std::size_t kColumns = kOutputs * Classifier::kSeen;
  const std::vector<TrainingSample>& samples_;
  const TrainingOptions& options_;
  std::vector<std::array<double, kColumns>> rows_;
  std::array<double, kColumns> mean_{};
  std::array<double, kColumns> deviation_{};
  std::vector<std::vector<feature_node>> nodes_;
};

// Trains the networks and gives them their share in each output: what the regressions say of held-out samples (`held_out`) and what
// networks say that have not seen their group, calibrated together; `held_out` becomes that. Null, and nothing changed, where no
// sample has words.
std::unique_ptr<OrderModel> add_order(const std::vector<TrainingSample>& samples, const TrainingOptions& options, std::array<Classifier::Output, kOutputs>& outputs, std::vector<Scores>& held_out) {
  if (std::ranges::all_of(samples, [](const auto& s) { return s.words.empty(); })) return nullptr;
  std::vector<std::vector<SeenWord>> letters(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) letters[i] = seen_letters(samples[i].words).letters;
  // For each fold, and last for none, what was learned without it: of the words, then of the letters.
  std::vector<std::unique_ptr<SequenceModel>> models(2 * (static_cast<std::size_t>(options.folds) + 1));
  const auto learn = [&](int n) {
    const int without = n / 2;
    const bool by_letters = n % 2 == 1;
    std::vector<SequenceSample> some;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto& s = samples[i];
      if (without == options.folds || fold_of(s.group, options.folds) != without) some.push_back({by_letters ? &letters[i] : &s.words, &s.target});
    }
    models[static_cast<std::size_t>(n)] = train_sequence(some, options.sequence, static_cast<std::uint32_t>(n) + 1);
  };
  const int n = static_cast<int>(models.size());
  if (options.side_by_side) {
    options.side_by_side(n, learn);
  } else {
    for (int i = 0; i < n; ++i) learn(i);
  }
  std::vector<std::size_t> asked;
  std::vector<Scores> order(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].words.empty() || !Classifier::asked(held_out[i])) continue;
    asked.push_back(i);
    const auto at = 2 * static_cast<std::size_t>(fold_of(samples[i].group, options.folds));
    order[i] = OrderModel::average(models[at]->score(samples[i].words), models[at + 1]->score(letters[i]));
  }
  const double share = options.order_share;
  for (std::size_t o = 0; o < kOutputs; ++o) {
    std::vector<double> margins;
    std::vector<signed char> targets;
    std::vector<double> weights;
    for (const auto i : asked) {
      const auto target = samples[i].target[o];
      if (target == 0 || !samples[i].calibrate) continue;
      margins.push_back((1 - share) * held_out[i][o] + share * order[i][o]);
      targets.push_back(target);
      weights.push_back(samples[i].weight);
    }
    if (std::ranges::adjacent_find(targets, std::ranges::not_equal_to{}) == targets.end()) continue;
    const auto [a, b] = calibrate(margins, targets, weights);
    outputs[o].own = a * (1 - share);
    outputs[o].order = a * share;
    outputs[o].order_bias = b;
    for (const auto i : asked) held_out[i][o] = outputs[o].own * held_out[i][o] + outputs[o].order * order[i][o] + b;
  }
  return std::make_unique<OrderModel>(std::move(models[models.size() - 2]), std::move(models.back()));
}

// Leaves the rows that move most: by their largest weight and how often they occur (`counts`).
void keep_strongest(std::vector<std::uint64_t>& ids, std::vector<float>& weights, const std::vector<int>& counts, std::size_t most) {
  if (ids.size() <= most) return;
  std::vector<float> strength(ids.size(), 0);
  for (std::size_t i = 0; i < weights.size(); ++i) strength[i / kOutputs] = std::max(strength[i / kOutputs], std::abs(weights[i]));
  for (std::size_t r = 0; r < ids.size(); ++r) strength[r] *= std::sqrt(static_cast<float>(counts[r]));
  auto order = strength;
  std::ranges::nth_element(order, order.begin() + static_cast<std::ptrdiff_t>(most), std::ranges::greater{});
  const float least = order[most];
  std::size_t kept = 0;
  for (std::size_t r = 0; r < ids.size(); ++r) {
    if (strength[r] <= least) continue;
    ids[kept] = ids[r];
    std::copy_n(weights.begin() + static_cast<std::ptrdiff_t>(r * kOutputs), kOutputs, weights.begin() + static_cast<std::ptrdiff_t>(kept * kOutputs));
    ++kept;
  }
  ids.resize(kept);
  weights.resize(kept * kOutputs);
}

}  // namespace

std::pair<double, double> calibrate(const std::vector<double>& margins, const std::vector<signed char>& targets, const std::vector<double>& weights) {
  const auto weight = [&](std::size_t i) { return weights.empty() ? 1 : weights[i]; };
  double yes = 0;
  double no = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) (targets[i] > 0 ? yes : no) += weight(i);
  if (yes == 0 || no == 0) return {1, 0};
  const double high = (yes + 1) / (yes + 2);
  const double low = 1 / (no + 2);
  double a = 1;
  double b = std::log((yes + 1) / (no + 1));
  const auto loss = [&](double p, double q) {
    double sum = 0;
    for (std::size_t i = 0; i < margins.size(); ++i) {
      const double z = p * margins[i] + q;
      const double t = targets[i] > 0 ? high : low;
      sum += weight(i) * (z >= 0 ? (1 - t) * z + std::log1p(std::exp(-z)) : -t * z + std::log1p(std::exp(z)));
    }
    return sum;
  };
  double last = loss(a, b);
  for (int step = 0; step < 100; ++step) {
    double h11 = 1e-9, h22 = 1e-9, h21 = 0, g1 = 0, g2 = 0;
    for (std::size_t i = 0; i < margins.size(); ++i) {
      const double p = probability(a * margins[i] + b);
      const double w = weight(i) * p * (1 - p);
      const double d = weight(i) * (p - (targets[i] > 0 ? high : low));
      h11 += margins[i] * margins[i] * w;
      h22 += w;
      h21 += margins[i] * w;
      g1 += margins[i] * d;
      g2 += d;
    }
    if (std::abs(g1) < 1e-5 && std::abs(g2) < 1e-5) break;
    const double det = h11 * h22 - h21 * h21;
    if (det <= 0) break;
    const double da = -(h22 * g1 - h21 * g2) / det;
    const double db = -(h11 * g2 - h21 * g1) / det;
    double size = 1;
    for (; size > 1e-6; size /= 2) {
      const double now = loss(a + size * da, b + size * db);
      if (now < last) {
        a += size * da;
        b += size * db;
        last = now;
        break;
      }
    }
    if (size <= 1e-6) break;
  }
  return {a, b};
}

base::Result<Trained> train(const std::vector<TrainingSample>& samples, const TrainingOptions& options) {
  if (options.folds < 2) return base::fail(ErrorCode::kInvalidArgument, "training needs at least two folds");
  Trainer trainer(samples, options);
  const auto rows = trainer.ids().size();
  std::vector<float> weights(rows * kOutputs);
  std::array<Classifier::Output, kOutputs> outputs;
  // Margins on held-out folds -> log odds of each sample, calibrated on those that calibration may rest on.
  const auto calibrated = [&](std::size_t at, const std::vector<double>& margins, std::vector<Scores>& scores) {
    std::vector<double> known;
    std::vector<signed char> targets;
    std::vector<double> sample_weights;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (samples[i].target[at] == 0 || !samples[i].calibrate) continue;
      known.push_back(margins[i]);
      targets.push_back(samples[i].target[at]);
      sample_weights.push_back(samples[i].weight);
    }
    const auto line = calibrate(known, targets, sample_weights);
    for (std::size_t i = 0; i < samples.size(); ++i) scores[i][at] = line.first * margins[i] + line.second;
    return line;
  };
  // An output is one call's, so the result does not depend on how many are at work.
  const auto each_output = [&](const std::function<void(int)>& work) {
    if (options.side_by_side) return options.side_by_side(kOutputs, work);
    for (int o = 0; o < kOutputs; ++o) work(o);
  };
  std::vector<Scores> first(samples.size());
  std::array<bool, kOutputs> taught{};
  each_output([&](int o) {
    const auto at = static_cast<std::size_t>(o);
    const auto whole = trainer.fit(o, -1);
    if (whole.empty()) return;
    taught[at] = true;
    std::vector<double> margins(samples.size());
    for (int fold = 0; fold < options.folds; ++fold) {
      const auto part = trainer.fit(o, fold);
      for (std::size_t i = 0; i < samples.size(); ++i) {
        if (trainer.fold(i) == fold) margins[i] = trainer.margin(part.empty() ? whole : part, i);
      }
    }
    outputs[at].bias = whole[rows];
    std::tie(outputs[at].a, outputs[at].b) = calibrated(at, margins, first);
    for (std::size_t r = 0; r < rows; ++r) weights[r * kOutputs + at] = static_cast<float>(whole[r]);
  });
  for (int o = 0; o < kOutputs; ++o) {
    if (!taught[static_cast<std::size_t>(o)]) return base::fail(ErrorCode::kInvalidArgument, "there are not both examples and counter-examples of \"" + output_name(o) + "\"");
  }
  const SecondTrainer second(samples, options, first);
  Classifier::Second second_weights{};
  std::vector<Scores> held_out(samples.size());
  each_output([&](int o) {
    const auto at = static_cast<std::size_t>(o);
    std::vector<double> margins(samples.size());
    for (int fold = 0; fold < options.folds; ++fold) {
      const auto part = second.fit(o, fold);
      for (std::size_t i = 0; i < samples.size(); ++i) {
        if (trainer.fold(i) == fold) margins[i] = second.margin(part, i);
      }
    }
    const auto whole = second.fit(o, -1);
    second_weights[at] = whole.weights;
    outputs[at].second_bias = whole.bias;
    std::tie(outputs[at].second_a, outputs[at].second_b) = calibrated(at, margins, held_out);
  });
  std::unique_ptr<OrderModel> order;
  if (options.sequence.epochs > 0) order = add_order(samples, options, outputs, held_out);
  auto ids = trainer.ids();
  keep_strongest(ids, weights, trainer.counts(), options.most_features);
  Trained out;
  out.classifier = std::make_unique<Classifier>(std::move(ids), std::move(weights), outputs, second_weights, std::move(order), std::string());
  out.held_out = std::move(held_out);
  return out;
}

}  // namespace mamori::judge
