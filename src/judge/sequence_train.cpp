#include "judge/sequence_train.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <unordered_map>

#include "base/clones.h"

namespace mamori::judge {
namespace {

using namespace sequence_shape;

constexpr std::size_t kBatch = 32;
constexpr int kRise = 300;           // batches until the rate is at its highest
constexpr float kLeastRate = 0.02F;  // of the highest
constexpr float kDecay = 0.01F;      // of the weights, times the rate (Loshchilov & Hutter 2019)
constexpr float kMostNorm = 1;       // of a batch's gradient

// y[n] += x[m] W, W of m rows of n; n a multiple of 16
MAMORI_CLONES void add_product(const float* __restrict w, const float* __restrict x, float* __restrict y, std::size_t m, std::size_t n) {
  for (std::size_t j = 0; j < m; ++j) {
    const float a = x[j];
    const float* row = w + j * n;
    for (std::size_t i = 0; i < n; ++i) y[i] += a * row[i];
  }
}

// x[m] += W y[n]
MAMORI_CLONES void add_transposed(const float* __restrict w, const float* __restrict y, float* __restrict x, std::size_t m, std::size_t n) {
  for (std::size_t j = 0; j < m; ++j) {
    const float* row = w + j * n;
    std::array<float, 16> sums{};  // side by side, always in this order, whatever the machine's registers hold
    for (std::size_t i = 0; i < n; i += sums.size()) {
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += row[i + k] * y[i + k];
    }
    float total = 0;
    for (const float sum : sums) total += sum;
    x[j] += total;
  }
}

// G[m][n] += x[m] y[n]
MAMORI_CLONES void add_outer(float* __restrict g, const float* __restrict x, const float* __restrict y, std::size_t m, std::size_t n) {
  for (std::size_t j = 0; j < m; ++j) {
    const float a = x[j];
    float* row = g + j * n;
    for (std::size_t i = 0; i < n; ++i) row[i] += a * y[i];
  }
}

// One step of Adam on n numbers; the gradient is gone afterwards.
MAMORI_CLONES void adam(float* __restrict w, float* __restrict g, float* __restrict first, float* __restrict second, std::size_t n, float rate, float scale, float correct_first, float correct_second) {
  for (std::size_t i = 0; i < n; ++i) {
    const float x = g[i] * scale;
    first[i] = 0.9F * first[i] + 0.1F * x;
    second[i] = 0.999F * second[i] + 0.001F * x * x;
    w[i] -= rate * (first[i] * correct_first / (std::sqrt(second[i] * correct_second) + 1e-8F) + kDecay * w[i]);
    g[i] = 0;
  }
}

// A matrix that learns.
struct Learned {
  std::vector<float>* w = nullptr;
  std::vector<float> g, first, second;
};

// A sample with the rows of its words instead of their hashes.
struct Sentence {
  std::vector<std::vector<std::int32_t>> is, letters;  // of `is`, what `named` says of it comes first
  std::vector<std::size_t> named;                      // how many of `is` say which word it is: left out at random
  const std::array<signed char, kOutputs>* target = nullptr;
};

class SequenceTrainer {
 public:
  SequenceTrainer(const std::vector<SequenceSample>& samples, const SequenceOptions& options, std::uint32_t seed) : options_(options), random_(seed) {
    choose_words(samples);
    const auto shape = [&](std::vector<float>& m, std::size_t n, double deviation) {
      m.resize(n);
      const auto width = static_cast<float>(deviation * std::sqrt(12.0));
      for (auto& x : m) x = width * (chance() - 0.5F);
      learned_.push_back({&m, std::vector<float>(n, 0.0F), std::vector<float>(n, 0.0F), std::vector<float>(n, 0.0F)});
    };
    shape(w_.words, w_.ids.size() * kIn, 0.15);
    for (auto& d : w_.directions) {
      shape(d.in, kIn * kGates, std::sqrt(1.0 / kIn));
      shape(d.in_bias, kGates, 0);
      shape(d.back, kCells * kGates, std::sqrt(1.0 / kCells));
      shape(d.back_bias, kGates, 0);
    }
    shape(w_.out, kPool * kOut, std::sqrt(1.0 / kPool));
    shape(w_.out_bias, kOut, 0);
    touched_.assign(w_.ids.size(), false);
  }

  std::unique_ptr<SequenceModel> run() {
    std::vector<std::size_t> order(sentences_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto batches = static_cast<float>(std::max<std::size_t>(1, options_.epochs * ((order.size() + kBatch - 1) / kBatch)));
    for (int epoch = 0; epoch < options_.epochs; ++epoch) {
      for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_() % i]);
      for (std::size_t i = 0; i < order.size(); i += kBatch) {
        const auto n = std::min(kBatch, order.size() - i);
        for (std::size_t k = 0; k < n; ++k) learn(sentences_[order[i + k]]);
        ++step_;
        const float rise = std::min(1.0F, static_cast<float>(step_) / kRise);
        apply(static_cast<float>(options_.rate) * rise * std::max(kLeastRate, 1 - static_cast<float>(step_) / batches), n);
      }
    }
    return std::make_unique<SequenceModel>(std::move(w_));
  }

 private:
  static constexpr std::size_t kWords = 0;  // in learned_
  static constexpr std::size_t in_of(std::size_t d) { return 1 + 4 * d; }
  static constexpr std::size_t kOutAt = 9;

  // Uniform in [0, 1); the same everywhere, unlike the standard's distributions.
  float chance() { return static_cast<float>(random_() >> 8) * 0x1p-24F; }

  void choose_words(const std::vector<SequenceSample>& samples) {
    std::unordered_map<std::uint64_t, int> seen;
    const auto each = [](const SeenWord& word, const auto& use) {
      for (const auto id : word.is) use(id);
      for (const auto id : word.letters) use(id);
    };
    for (const auto& s : samples) {
      for (const auto& word : *s.words) each(word, [&](std::uint64_t id) { ++seen[id]; });
    }
    for (const auto& [id, n] : seen) {
      if (id != 0 && n >= options_.least_words) w_.ids.push_back(id);
    }
    std::ranges::sort(w_.ids);
    const auto row = [&](std::uint64_t id) -> std::int32_t {
      const auto it = std::ranges::lower_bound(w_.ids, id);
      return id != 0 && it != w_.ids.end() && *it == id ? static_cast<std::int32_t>(it - w_.ids.begin()) : -1;
    };
    for (const auto& s : samples) {
      if (s.words->empty()) continue;
      Sentence sentence;
      sentence.target = s.target;
      for (const auto& word : *s.words) {
        std::vector<std::int32_t> is, letters;
        std::size_t named = 0;
        for (std::size_t k = 0; k < word.is.size(); ++k) {
          if (const auto r = row(word.is[k]); r >= 0) {
            is.push_back(r);
            if (k < 2) ++named;
          }
        }
        for (const auto id : word.letters) {
          if (const auto r = row(id); r >= 0) letters.push_back(r);
        }
        sentence.is.push_back(std::move(is));
        sentence.letters.push_back(std::move(letters));
        sentence.named.push_back(named);
      }
      sentences_.push_back(std::move(sentence));
    }
  }

  // Forwards through one sentence and back, adding to the gradients.
  void learn(const Sentence& s) {
    const auto n = s.is.size();
    const auto drop_number = static_cast<float>(options_.drop_number);
    std::vector<float> x(n * kIn, 0.0F);
    std::vector<float> kept(n * kIn);
    std::vector<std::size_t> from(n, 0);  // of s.is, which ones are seen
    for (std::size_t t = 0; t < n; ++t) {
      float* to = x.data() + t * kIn;
      if (chance() < static_cast<float>(options_.drop_word)) from[t] = s.named[t];
      const auto add = [&](std::int32_t row, float share) {
        const float* word = w_.words.data() + static_cast<std::size_t>(row) * kIn;
        for (std::size_t i = 0; i < kIn; ++i) to[i] += share * word[i];
      };
      for (std::size_t k = from[t]; k < s.is[t].size(); ++k) add(s.is[t][k], 1);
      for (const auto row : s.letters[t]) add(row, 1.0F / static_cast<float>(s.letters[t].size()));
      for (std::size_t i = 0; i < kIn; ++i) {
        const float k = chance() < drop_number ? 0 : 1 / (1 - drop_number);
        kept[t * kIn + i] = k;
        to[i] *= k;
      }
    }
    struct Trace {
      std::vector<float> hidden, reset, update, fresh, back;
    };
    std::array<Trace, 2> traces;
    std::array<float, kPool> pool{};
    std::array<std::size_t, 2 * kCells> highest{};  // after which word a cell was highest
    std::vector<float> in(kGates);
    for (std::size_t d = 0; d < 2; ++d) {
      const auto& w = w_.directions[d];
      auto& trace = traces[d];
      trace.hidden.assign((n + 1) * kCells, 0.0F);
      for (auto* m : {&trace.reset, &trace.update, &trace.fresh}) m->resize(n * kCells);
      trace.back.resize(n * kGates);
      for (std::size_t k = 0; k < n; ++k) {
        const auto t = d == 0 ? k : n - 1 - k;
        const float* previous = trace.hidden.data() + k * kCells;
        float* back = trace.back.data() + k * kGates;
        std::ranges::copy(w.in_bias, in.begin());
        add_product(w.in.data(), x.data() + t * kIn, in.data(), kIn, kGates);
        std::ranges::copy(w.back_bias, back);
        add_product(w.back.data(), previous, back, kCells, kGates);
        step_cells(in.data(), back, previous, trace.reset.data() + k * kCells, trace.update.data() + k * kCells, trace.fresh.data() + k * kCells, trace.hidden.data() + (k + 1) * kCells);
      }
      for (std::size_t i = 0; i < kCells; ++i) {
        float most = -2;
        float sum = 0;
        for (std::size_t k = 0; k < n; ++k) {
          const float h = trace.hidden[(k + 1) * kCells + i];
          sum += h;
          if (h > most) {
            most = h;
            highest[d * kCells + i] = k;
          }
        }
        pool[2 * d * kCells + i] = most;
        pool[(2 * d + 1) * kCells + i] = sum / static_cast<float>(n);
      }
    }
    std::array<float, kPool> pool_kept{};
    const auto drop_pool = static_cast<float>(options_.drop_pool);
    for (std::size_t i = 0; i < kPool; ++i) {
      pool_kept[i] = chance() < drop_pool ? 0 : 1 / (1 - drop_pool);
      pool[i] *= pool_kept[i];
    }
    std::array<float, kOut> margins{};
    std::ranges::copy(w_.out_bias, margins.begin());
    add_product(w_.out.data(), pool.data(), margins.data(), kPool, kOut);
    // Logistic loss: its slope is probability less truth.
    std::array<float, kOut> slope{};
    for (std::size_t o = 0; o < kOutputs; ++o) {
      if (const auto y = (*s.target)[o]; y != 0) slope[o] = 1 / (1 + std::exp(-margins[o])) - (y > 0 ? 1.0F : 0.0F);
    }
    for (std::size_t o = 0; o < kOut; ++o) learned_[kOutAt + 1].g[o] += slope[o];
    add_outer(learned_[kOutAt].g.data(), pool.data(), slope.data(), kPool, kOut);
    std::array<float, kPool> of_pool{};
    add_transposed(w_.out.data(), slope.data(), of_pool.data(), kPool, kOut);
    for (std::size_t i = 0; i < kPool; ++i) of_pool[i] *= pool_kept[i];

    std::vector<float> of_x(n * kIn, 0.0F);
    std::array<float, kGates> of_in{}, of_back{};
    for (std::size_t d = 0; d < 2; ++d) {
      const auto& w = w_.directions[d];
      const auto& trace = traces[d];
      std::array<float, kCells> of_cells{}, of_previous{};
      for (std::size_t k = n; k-- > 0;) {
        const auto t = d == 0 ? k : n - 1 - k;
        const float* previous = trace.hidden.data() + k * kCells;
        for (std::size_t i = 0; i < kCells; ++i) {
          of_cells[i] += of_pool[(2 * d + 1) * kCells + i] / static_cast<float>(n) + (highest[d * kCells + i] == k ? of_pool[2 * d * kCells + i] : 0.0F);
          const float reset = trace.reset[k * kCells + i];
          const float update = trace.update[k * kCells + i];
          const float fresh = trace.fresh[k * kCells + i];
          const float of_fresh = of_cells[i] * (1 - update) * (1 - fresh * fresh);
          of_in[i] = of_back[i] = of_fresh * trace.back[k * kGates + 2 * kCells + i] * reset * (1 - reset);
          of_in[kCells + i] = of_back[kCells + i] = of_cells[i] * (previous[i] - fresh) * update * (1 - update);
          of_in[2 * kCells + i] = of_fresh;
          of_back[2 * kCells + i] = of_fresh * reset;
          of_previous[i] = of_cells[i] * update;
        }
        add_outer(learned_[in_of(d)].g.data(), x.data() + t * kIn, of_in.data(), kIn, kGates);
        add_outer(learned_[in_of(d) + 2].g.data(), previous, of_back.data(), kCells, kGates);
        for (std::size_t i = 0; i < kGates; ++i) {
          learned_[in_of(d) + 1].g[i] += of_in[i];
          learned_[in_of(d) + 3].g[i] += of_back[i];
        }
        add_transposed(w.in.data(), of_in.data(), of_x.data() + t * kIn, kIn, kGates);
        add_transposed(w.back.data(), of_back.data(), of_previous.data(), kCells, kGates);
        of_cells = of_previous;
      }
    }
    for (std::size_t t = 0; t < n; ++t) {
      float* slopes = of_x.data() + t * kIn;
      for (std::size_t i = 0; i < kIn; ++i) slopes[i] *= kept[t * kIn + i];
      const auto add = [&](std::int32_t row, float share) {
        const auto r = static_cast<std::size_t>(row);
        if (!touched_[r]) {
          touched_[r] = true;
          rows_.push_back(r);
        }
        float* g = learned_[kWords].g.data() + r * kIn;
        for (std::size_t i = 0; i < kIn; ++i) g[i] += share * slopes[i];
      };
      for (std::size_t k = from[t]; k < s.is[t].size(); ++k) add(s.is[t][k], 1);
      for (const auto row : s.letters[t]) add(row, 1.0F / static_cast<float>(s.letters[t].size()));
    }
  }

  // What a batch of n has taught. Of the words only those that occurred are touched.
  void apply(float rate, std::size_t n) {
    double squares = 0;
    for (std::size_t m = 1; m < learned_.size(); ++m) {
      for (const float x : learned_[m].g) squares += static_cast<double>(x) * static_cast<double>(x);
    }
    auto& words = learned_[kWords];
    for (const auto r : rows_) {
      for (std::size_t i = 0; i < kIn; ++i) squares += static_cast<double>(words.g[r * kIn + i]) * static_cast<double>(words.g[r * kIn + i]);
    }
    float scale = 1.0F / static_cast<float>(n);
    const float norm = static_cast<float>(std::sqrt(squares)) * scale;
    if (norm > kMostNorm) scale *= kMostNorm / norm;
    const auto correct_first = static_cast<float>(1 / (1 - std::pow(0.9, step_)));
    const auto correct_second = static_cast<float>(1 / (1 - std::pow(0.999, step_)));
    const auto update = [&](Learned& l, std::size_t from, std::size_t count) { adam(l.w->data() + from, l.g.data() + from, l.first.data() + from, l.second.data() + from, count, rate, scale, correct_first, correct_second); };
    for (std::size_t m = 1; m < learned_.size(); ++m) update(learned_[m], 0, learned_[m].g.size());
    for (const auto r : rows_) {
      update(words, r * kIn, kIn);
      touched_[r] = false;
    }
    rows_.clear();
  }

  const SequenceOptions& options_;
  std::mt19937 random_;
  SequenceModel::Weights w_;
  std::vector<Learned> learned_;  // words; in, in_bias, back, back_bias of each direction; out, out_bias
  std::vector<Sentence> sentences_;
  std::vector<bool> touched_;
  std::vector<std::size_t> rows_;
  int step_ = 0;
};

}  // namespace

std::unique_ptr<SequenceModel> train_sequence(const std::vector<SequenceSample>& samples, const SequenceOptions& options, std::uint32_t seed) {
  return SequenceTrainer(samples, options, seed).run();
}

}  // namespace mamori::judge
