#include "base/matrix.h"

#include <algorithm>
#include <cstring>

namespace mamori::base {
namespace {

constexpr std::size_t kBlock = 32;

// So many floats as one register holds: wider vectors than the machine has are taken apart by the compiler, in memory, several
// times slower than no vectors at all. Hence a run() for each width and not one that is compiled for several machines.
template <std::size_t Lanes>
struct Register {
  using type [[gnu::vector_size(Lanes * sizeof(float)), gnu::aligned(4), gnu::may_alias]] = float;
};

// `Columns` columns of x by `Blocks` neighbouring blocks of outputs side by side: with one sum alone each step would wait for the
// one before. The sums (Columns * Blocks * 32 / Lanes registers) must leave the machine two registers. y: [Columns][Blocks * 32].
template <std::size_t Lanes, std::size_t Columns, std::size_t Blocks>
[[gnu::always_inline]] inline void product(const float* w, const float* bias, const float* x, std::size_t inputs, float* y) {
  using Floats = typename Register<Lanes>::type;
  constexpr std::size_t kParts = kBlock / Lanes;
  constexpr std::size_t kWidth = Blocks * kBlock;
  Floats sums[Columns][Blocks * kParts];
  for (std::size_t c = 0; c < Columns; ++c) {
    for (std::size_t k = 0; k < Blocks * kParts; ++k) std::memcpy(&sums[c][k], bias + k * Lanes, sizeof(Floats));
  }
  for (std::size_t i = 0; i < inputs; ++i) {
    for (std::size_t b = 0; b < Blocks; ++b) {
      for (std::size_t k = 0; k < kParts; ++k) {
        Floats part;
        std::memcpy(&part, w + (b * inputs + i) * kBlock + k * Lanes, sizeof(Floats));
        for (std::size_t c = 0; c < Columns; ++c) sums[c][b * kParts + k] += part * x[c * inputs + i];
      }
    }
  }
  for (std::size_t c = 0; c < Columns; ++c) {
    for (std::size_t k = 0; k < Blocks * kParts; ++k) std::memcpy(y + c * kWidth + k * Lanes, &sums[c][k], sizeof(Floats));
  }
}

struct Task {
  const float* w;
  const float* bias;
  const float* x;
  std::size_t inputs, columns, outputs, padded;
  float* y;
};

template <std::size_t Lanes, std::size_t Columns, std::size_t Blocks>
[[gnu::always_inline]] inline void part(const Task& t, std::size_t column, std::size_t output) {
  constexpr std::size_t kWidth = Blocks * kBlock;
  float out[Columns * kWidth];
  product<Lanes, Columns, Blocks>(t.w + output * t.inputs, t.bias + output, t.x + column * t.inputs, t.inputs, out);
  const auto live = std::min(kWidth, t.outputs - output);
  for (std::size_t c = 0; c < Columns; ++c) std::memcpy(t.y + (column + c) * t.outputs + output, out + c * kWidth, live * sizeof(float));
}

// At most `Columns` (1 to 4) at a time, and of a column that is alone at most `Blocks` blocks.
template <std::size_t Lanes, std::size_t Columns, std::size_t Blocks>
[[gnu::always_inline]] inline void run(const Task& t) {
  if (t.columns == 1) {
    std::size_t o = 0;
    for (; (t.padded - o) / kBlock >= Blocks; o += Blocks * kBlock) part<Lanes, 1, Blocks>(t, 0, o);
    for (; o < t.padded; o += kBlock) part<Lanes, 1, 1>(t, 0, o);
    return;
  }
  for (std::size_t o = 0; o < t.padded; o += kBlock) {
    std::size_t c = 0;
    for (; t.columns - c >= Columns; c += Columns) part<Lanes, Columns, 1>(t, c, o);
    if constexpr (Columns > 3) {
      if (t.columns - c == 3) part<Lanes, 3, 1>(t, c, o);
    }
    if constexpr (Columns > 2) {
      if (t.columns - c == 2) part<Lanes, 2, 1>(t, c, o);
    }
    if (t.columns - c == 1) part<Lanes, 1, 1>(t, c, o);
  }
}

void run_any(const Task& t) { run<4, 1, 1>(t); }

// The wider products are there.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define MAMORI_WIDE
[[gnu::target("arch=x86-64-v3")]] void run_avx2(const Task& t) { run<8, 3, 3>(t); }
[[gnu::target("arch=x86-64-v4")]] void run_avx512(const Task& t) { run<16, 4, 5>(t); }
#endif

}  // namespace

PackedMatrix::PackedMatrix(std::span<const float> weights, std::span<const float> bias, std::size_t inputs,
                           std::size_t outputs)
    : inputs_(inputs), outputs_(outputs) {
  const std::size_t padded = (outputs + kBlock - 1) / kBlock * kBlock;
  packed_.assign(padded * inputs, 0.0F);
  bias_.assign(padded, 0.0F);
  std::copy(bias.begin(), bias.end(), bias_.begin());
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t i = 0; i < inputs; ++i)
      packed_[o / kBlock * kBlock * inputs + i * kBlock + o % kBlock] = weights[i * outputs + o];
  }
}

std::vector<PackedMatrix::Width> PackedMatrix::widths() {
  std::vector<Width> out;
#ifdef MAMORI_WIDE
  if (__builtin_cpu_supports("x86-64-v4")) out.push_back(Width::kAvx512);
  if (__builtin_cpu_supports("x86-64-v3")) out.push_back(Width::kAvx2);
#endif
  out.push_back(Width::kAny);
  return out;
}

void PackedMatrix::affine(const float* x, std::size_t columns, float* y, [[maybe_unused]] Width width) const {
  const Task task{.w = packed_.data(), .bias = bias_.data(), .x = x, .inputs = inputs_, .columns = columns, .outputs = outputs_, .padded = bias_.size(), .y = y};
#ifdef MAMORI_WIDE
  if (width == Width::kAvx512) return run_avx512(task);
  if (width == Width::kAvx2) return run_avx2(task);
#endif
  run_any(task);
}

void PackedMatrix::affine(const float* x, std::size_t columns, float* y) const {
  static const auto best = widths().front();
  affine(x, columns, y, best);
}

}  // namespace mamori::base
