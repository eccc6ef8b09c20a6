#pragma once
// The inner loop of our networks (speech/acoustic.h, judge/sequence.h): y = W x + b for a few columns at a time, on one thread.
//
// Why not Eigen's product: a stream brings three or four columns at a time, where a general matrix product spends its
// time packing; and one binary must run on any x86-64 yet use AVX2 or AVX-512 where they are.
#include <cstddef>
#include <span>
#include <vector>

namespace mamori::base {

/// A weight matrix [inputs, outputs] laid out for `affine`: blocks of 32 outputs, each [inputs][32]. Immutable.
class PackedMatrix {
 public:
  PackedMatrix() = default;
  /// `weights` is row-major [inputs][outputs]; `bias` has `outputs` elements.
  PackedMatrix(std::span<const float> weights, std::span<const float> bias, std::size_t inputs, std::size_t outputs);

  [[nodiscard]] std::size_t inputs() const { return inputs_; }
  [[nodiscard]] std::size_t outputs() const { return outputs_; }

  /// y[j][o] = bias[o] + sum_i x[j][i] W[i][o] for `columns` contiguous rows x and y. The sum runs in the same order
  /// for every column, so how columns are grouped does not change the result.
  void affine(const float* x, std::size_t columns, float* y) const;

  /// How wide the registers are that are used. The results of two widths differ in rounding.
  enum class Width { kAny,
                     kAvx2,
                     kAvx512 };
  /// What this machine has, the fastest first; `affine` takes that one.
  static std::vector<Width> widths();
  /// The same with one of them, for tests and benchmarks. `width` must be among widths().
  void affine(const float* x, std::size_t columns, float* y, Width width) const;

 private:
  std::size_t inputs_ = 0;
  std::size_t outputs_ = 0;
  std::vector<float> packed_;
  std::vector<float> bias_;  // padded to a multiple of 32
};

}  // namespace mamori::base
