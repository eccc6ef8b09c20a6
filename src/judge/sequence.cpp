#include "judge/sequence.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/bytes.h"
#include "base/clones.h"
#include "base/hash.h"
#include "text/letters.h"

namespace mamori::judge {
namespace {

using namespace sequence_shape;

constexpr std::uint32_t kMostIds = 1u << 20;
constexpr std::array<float, kCells> kSilence{};  // the cells before the first word

// e^x for |x| <= 30 or so to six digits, without a call, so that a loop over it uses the machine's lanes (the polynomial of Cephes'
// expf, Moshier 1989).
inline float exponential(float x) {
  x = std::min(std::max(x, -30.0F), 30.0F);
  const float scaled = x * 1.44269504F;
  const float whole = (scaled + 12582912.0F) - 12582912.0F;  // nearest integer
  const float rest = x - whole * 0.693359375F + whole * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * rest + 1.3981999507e-3F;
  p = p * rest + 8.3334519073e-3F;
  p = p * rest + 4.1665795894e-2F;
  p = p * rest + 1.6666665459e-1F;
  p = p * rest + 5.0000001201e-1F;
  p = p * rest * rest + rest + 1.0F;
  return p * std::bit_cast<float>((static_cast<std::int32_t>(whole) + 127) << 23);
}
inline float logistic(float x) { return 1.0F / (1.0F + exponential(-x)); }

std::uint64_t named(char kind, std::string_view what) {
  const auto hash = base::fnv1a(what, base::fnv1a(std::string_view(&kind, 1)));
  return hash == 0 ? 1 : hash;
}

// What a matrix is kept as: int16 times one scale.
float scale_of(const std::vector<float>& m) {
  float most = 0;
  for (const float x : m) most = std::max(most, std::abs(x));
  return most > 0 ? most / 32767 : 1;
}
std::int16_t scaled(float x, float scale) { return static_cast<std::int16_t>(std::lround(x / scale)); }

void put_matrix(std::string& out, const std::vector<float>& m) {
  const float scale = scale_of(m);
  base::put_bytes(out, scale);
  for (const float x : m) base::put_bytes(out, scaled(x, scale));
}

bool take_matrix(std::string_view& bytes, std::vector<float>& m, std::size_t n) {
  float scale = 0;
  if (!base::take_bytes(bytes, scale) || bytes.size() < n * sizeof(std::int16_t)) return false;
  if (!std::isfinite(scale) || scale <= 0 || scale > 1e4F) return false;
  m.resize(n);
  for (auto& x : m) {
    std::int16_t value = 0;
    base::take_bytes(bytes, value);
    x = static_cast<float>(value) * scale;
  }
  return true;
}

// All but that of the words, with their sizes.
std::vector<std::pair<std::vector<float>*, std::size_t>> matrices(SequenceModel::Weights& w) {
  std::vector<std::pair<std::vector<float>*, std::size_t>> out;
  for (auto& d : w.directions) {
    out.emplace_back(&d.in, kIn * kGates);
    out.emplace_back(&d.in_bias, kGates);
    out.emplace_back(&d.back, kCells * kGates);
    out.emplace_back(&d.back_bias, kGates);
  }
  out.emplace_back(&w.out, kPool * kOut);
  out.emplace_back(&w.out_bias, kOut);
  return out;
}

// What a frame that fits stands for: a kind, a ground of the complaint, a flag; and whether it was excused.
std::uint64_t meaning(const Match& m) {
  std::string what;
  if (m.frame->category) {
    what = "c" + std::to_string(static_cast<int>(*m.frame->category));
  } else if (m.frame->ground) {
    what = "g" + std::to_string(static_cast<int>(*m.frame->ground));
  } else if (m.frame->flag) {
    what = "f" + std::to_string(static_cast<int>(*m.frame->flag));
  } else {
    return 0;
  }
  return named('m', what + (m.excused_by.empty() ? "" : "!"));
}

// The highest of each cell, and behind them their sums.
MAMORI_CLONES void pool_cells(const float* __restrict cells, float* __restrict pool) {
  for (std::size_t i = 0; i < kCells; ++i) {
    pool[i] = std::max(pool[i], cells[i]);
    pool[kCells + i] += cells[i];
  }
}

// A row that is part of what stands for a word.
struct Part {
  const std::int16_t* row;
  float share;
};
MAMORI_CLONES void add_parts(const Part* parts, std::size_t n, float* __restrict to) {
  for (std::size_t k = 0; k < n; ++k) {
    const auto* __restrict row = parts[k].row;
    const float share = parts[k].share;
    for (std::size_t i = 0; i < kIn; ++i) to[i] += share * static_cast<float>(row[i]);
  }
}

}  // namespace

MAMORI_CLONES void step_cells(const float* __restrict in, const float* __restrict back, const float* __restrict previous, float* __restrict reset, float* __restrict update, float* __restrict fresh, float* __restrict cells) {
  for (std::size_t i = 0; i < kCells; ++i) {
    reset[i] = logistic(in[i] + back[i]);
    update[i] = logistic(in[kCells + i] + back[kCells + i]);
    fresh[i] = 2 * logistic(2 * (in[2 * kCells + i] + reset[i] * back[2 * kCells + i])) - 1;  // tanh
    cells[i] = (1 - update[i]) * fresh[i] + update[i] * previous[i];
  }
}

std::vector<SeenWord> seen_words(const Reading& reading, contact::Medium medium, const std::vector<Lexicon::Word>& classes) {
  const std::string_view text = reading.normal.folded;
  const char place = static_cast<char>('0' + static_cast<int>(medium));
  const auto at = named('M', std::string_view(&place, 1));
  std::vector<SeenWord> out;
  const auto n = reading.tokens.size();
  out.reserve(std::min(n, kMostWords));
  auto cls = classes.begin();
  bool quoted = false;
  for (std::size_t k = 0; k < n; ++k) {
    const auto& t = reading.tokens[k];
    const auto word = text.substr(t.begin, t.end - t.begin);
    while (cls != classes.end() && cls->end <= t.begin) ++cls;
    if (word == "「" || word == "『") quoted = true;
    if (word == "」" || word == "』") quoted = false;
    if (n > kMostWords && k >= kMostWords / 2 && k < n - kMostWords / 2) continue;
    SeenWord seen;
    seen.begin = t.begin;
    seen.end = t.end;
    seen.is = {named('b', t.base.empty() ? word : t.base), named('w', word), named('p', std::string(t.pos) + std::string(t.form)), cls != classes.end() && cls->begin < t.end ? cls->cls : 0, quoted ? named('q', "") : 0, at, 0};
    for (const auto& m : reading.matches) {
      if (m.begin >= t.end || t.begin >= m.end) continue;
      seen.is[6] = meaning(m);
      if (seen.is[6] != 0) break;
    }
    std::size_t letters = 0;
    for (std::size_t i = 0; i < word.size() && letters < seen.letters.size();) {
      const auto length = text::letter_length(word, i);
      seen.letters[letters++] = named('l', word.substr(i, length));
      i += length;
    }
    out.push_back(seen);
  }
  return out;
}

SequenceModel::SequenceModel(Weights weights) : weights_(std::move(weights)), index_(std::move(weights_.ids)), words_(weights_.words.size()), word_step_(scale_of(weights_.words)) {
  std::ranges::transform(weights_.words, words_.begin(), [&](float x) { return scaled(x, word_step_); });
  weights_.words = {};
  for (std::size_t d = 0; d < 2; ++d) {
    const auto& w = weights_.directions[d];
    in_[d] = base::PackedMatrix(w.in, w.in_bias, kIn, kGates);
    back_[d] = base::PackedMatrix(w.back, w.back_bias, kCells, kGates);
  }
  out_ = base::PackedMatrix(weights_.out, weights_.out_bias, kPool, kOut);
}

SequenceModel::Heard SequenceModel::read(std::span<const SeenWord> words) const {
  const auto n = words.size();
  // The rows lie far apart and are long: all are found and asked for before the first is needed.
  std::vector<Part> parts;
  parts.reserve(n * 8);
  std::vector<std::size_t> first(n + 1, 0);  // of a word's parts
  const auto find = [&](std::uint64_t id, float share) {
    const auto row = id == 0 ? -1 : index_.row(id);
    if (row < 0) return;
    const auto* from = words_.data() + static_cast<std::size_t>(row) * kIn;
    for (std::size_t i = 0; i < kIn; i += 32) __builtin_prefetch(from + i);
    parts.push_back({from, share});
  };
  for (std::size_t t = 0; t < n; ++t) {
    for (const auto id : words[t].is) find(id, word_step_);
    const auto letters = parts.size();
    for (const auto id : words[t].letters) find(id, word_step_);
    for (auto k = letters; k < parts.size(); ++k) parts[k].share /= static_cast<float>(parts.size() - letters);
    first[t + 1] = parts.size();
  }
  std::vector<float> x(n * kIn, 0.0F);
  for (std::size_t t = 0; t < n; ++t) add_parts(parts.data() + first[t], first[t + 1] - first[t], x.data() + t * kIn);
  Heard out{.words = n};
  for (std::size_t d = 0; d < 2; ++d) {
    out.gates[d].resize(n * kGates);
    in_[d].affine(x.data(), n, out.gates[d].data());
    out.cells[d].resize(n * kCells);
  }
  // One direction after the other: the weights of both do not stay in the nearest cache.
  std::array<Pool, 2> pools;
  for (std::size_t d = 0; d < 2; ++d) {
    const float* previous = kSilence.data();
    for (std::size_t k = 0; k < n; ++k) {
      float* cells = out.cells[d].data() + k * kCells;
      step(d, out.gates[d].data() + (d == 0 ? k : n - 1 - k) * kGates, previous, cells);
      pools[d].take(cells);
      previous = cells;
    }
  }
  out.scores = weigh(pools);
  return out;
}

Scores SequenceModel::without(const Heard& heard, const std::vector<bool>& left_out) const {
  const auto n = heard.words;
  std::array<Pool, 2> pools;
  for (std::size_t d = 0; d < 2; ++d) {
    const auto word = [&](std::size_t k) { return d == 0 ? k : n - 1 - k; };
    std::array<float, kCells> now{};
    std::size_t k = 0;
    for (; k < n && !left_out[word(k)]; ++k) pools[d].take(heard.cells[d].data() + k * kCells);
    if (k > 0) std::copy_n(heard.cells[d].data() + (k - 1) * kCells, kCells, now.begin());
    for (; k < n; ++k) {
      if (left_out[word(k)]) continue;
      std::array<float, kCells> after;
      step(d, heard.gates[d].data() + word(k) * kGates, now.data(), after.data());
      pools[d].take(after.data());
      now = after;
    }
  }
  return weigh(pools);
}

void SequenceModel::step(std::size_t direction, const float* gates, const float* previous, float* cells) const {
  std::array<float, kGates> back;
  std::array<float, kCells> reset, update, fresh;
  back_[direction].affine(previous, 1, back.data());
  step_cells(gates, back.data(), previous, reset.data(), update.data(), fresh.data(), cells);
}

void SequenceModel::Pool::take(const float* after_word) {
  if (words++ == 0) {
    std::copy_n(after_word, kCells, cells.begin());
    std::copy_n(after_word, kCells, cells.begin() + kCells);
  } else {
    pool_cells(after_word, cells.data());
  }
}

Scores SequenceModel::weigh(const std::array<Pool, 2>& pools) const {
  std::array<float, kPool> pool{};
  for (std::size_t d = 0; d < 2; ++d) {
    for (std::size_t i = 0; i < kCells; ++i) {
      pool[2 * d * kCells + i] = pools[d].cells[i];
      pool[(2 * d + 1) * kCells + i] = pools[d].words > 0 ? pools[d].cells[kCells + i] / static_cast<float>(pools[d].words) : 0;
    }
  }
  std::array<float, kOut> margins{};
  out_.affine(pool.data(), 1, margins.data());
  Scores scores{};
  for (std::size_t o = 0; o < kOutputs; ++o) scores[o] = static_cast<double>(margins[o]);
  return scores;
}

// u32 rows · u64 ids · matrices, each f32 scale and i16
std::string SequenceModel::bytes() const {
  std::string out;
  base::put_bytes(out, static_cast<std::uint32_t>(size()));
  for (const auto id : index_.ids()) base::put_bytes(out, id);
  base::put_bytes(out, word_step_);
  out.append(reinterpret_cast<const char*>(words_.data()), words_.size() * sizeof(std::int16_t));
  auto copy = weights_;
  for (const auto& [m, n] : matrices(copy)) put_matrix(out, *m);
  return out;
}

base::Result<std::unique_ptr<SequenceModel>> SequenceModel::parse(std::string_view bytes, const std::string& name) {
  const auto broken = [&](const std::string& what) { return base::fail(base::ErrorCode::kInvalidArgument, name + ": " + what); };
  std::uint32_t rows = 0;
  if (!base::take_bytes(bytes, rows)) return broken("truncated");
  Weights w;
  if (rows > kMostIds || bytes.size() < std::size_t{rows} * sizeof(std::uint64_t)) return broken("truncated");
  w.ids.resize(rows);
  if (rows > 0) std::memcpy(w.ids.data(), bytes.data(), rows * sizeof(std::uint64_t));
  bytes.remove_prefix(rows * sizeof(std::uint64_t));
  if (std::ranges::adjacent_find(w.ids, std::ranges::greater_equal{}) != w.ids.end()) return broken("its words are not in order");
  if (!take_matrix(bytes, w.words, w.ids.size() * kIn)) return broken("truncated, or holds numbers that are none");
  for (const auto& [m, n] : matrices(w)) {
    if (!take_matrix(bytes, *m, n)) return broken("truncated, or holds numbers that are none");
  }
  if (!bytes.empty()) return broken("longer than it says");
  return std::make_unique<SequenceModel>(std::move(w));
}

}  // namespace mamori::judge
