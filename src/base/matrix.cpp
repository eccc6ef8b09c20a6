#include "base/matrix.h"

#include <algorithm>
#include <cstring>

#include "base/clones.h"

namespace mamori::base {
namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kBlock = 2 * kLanes;

using Lanes [[gnu::vector_size(kLanes * sizeof(float)), gnu::aligned(4), gnu::may_alias]] = float;

template <int Columns>
[[gnu::always_inline]] inline void block(const float* w, const float* bias, const float* x, std::size_t inputs,
                                         float* const* y) {
  Lanes low[Columns];
  Lanes high[Columns];
  for (int c = 0; c < Columns; ++c) {
    std::memcpy(&low[c], bias, sizeof(Lanes));
    std::memcpy(&high[c], bias + kLanes, sizeof(Lanes));
  }
  for (std::size_t i = 0; i < inputs; ++i, w += kBlock) {
    Lanes w_low;
    Lanes w_high;
    std::memcpy(&w_low, w, sizeof(Lanes));
    std::memcpy(&w_high, w + kLanes, sizeof(Lanes));
    for (int c = 0; c < Columns; ++c) {
      const float v = x[static_cast<std::size_t>(c) * inputs + i];
      low[c] += w_low * v;
      high[c] += w_high * v;
    }
  }
  for (int c = 0; c < Columns; ++c) {
    std::memcpy(y[c], &low[c], sizeof(Lanes));
    std::memcpy(y[c] + kLanes, &high[c], sizeof(Lanes));
  }
}

// One column, several blocks side by side: with one block alone each sum would wait for the one before.
template <int Blocks>
[[gnu::always_inline]] inline void blocks(const float* w, const float* bias, const float* x, std::size_t inputs, float* y) {
  Lanes low[Blocks];
  Lanes high[Blocks];
  for (int b = 0; b < Blocks; ++b) {
    std::memcpy(&low[b], bias + static_cast<std::size_t>(b) * kBlock, sizeof(Lanes));
    std::memcpy(&high[b], bias + static_cast<std::size_t>(b) * kBlock + kLanes, sizeof(Lanes));
  }
  for (std::size_t i = 0; i < inputs; ++i) {
    const float v = x[i];
    for (int b = 0; b < Blocks; ++b) {
      const float* row = w + static_cast<std::size_t>(b) * kBlock * inputs + i * kBlock;
      Lanes w_low;
      Lanes w_high;
      std::memcpy(&w_low, row, sizeof(Lanes));
      std::memcpy(&w_high, row + kLanes, sizeof(Lanes));
      low[b] += w_low * v;
      high[b] += w_high * v;
    }
  }
  for (int b = 0; b < Blocks; ++b) {
    std::memcpy(y + static_cast<std::size_t>(b) * kBlock, &low[b], sizeof(Lanes));
    std::memcpy(y + static_cast<std::size_t>(b) * kBlock + kLanes, &high[b], sizeof(Lanes));
  }
}

MAMORI_CLONES void run(const float* w, const float* bias, const float* x, std::size_t inputs, std::size_t columns,
                       std::size_t outputs, std::size_t padded, float* y) {
  float scratch[4][kBlock];
  float* rows[4] = {scratch[0], scratch[1], scratch[2], scratch[3]};
  if (columns == 1) {
    constexpr std::size_t kWide = 5 * kBlock;
    float wide[kWide];
    for (std::size_t o = 0; o < padded;) {
      const std::size_t left = (padded - o) / kBlock;
      const float* block_w = w + o * inputs;
      std::size_t done = kBlock;
      if (left >= 5) {
        blocks<5>(block_w, bias + o, x, inputs, wide);
        done = kWide;
      } else if (left >= 2) {
        blocks<2>(block_w, bias + o, x, inputs, wide);
        done = 2 * kBlock;
      } else {
        blocks<1>(block_w, bias + o, x, inputs, wide);
      }
      std::memcpy(y + o, wide, std::min(done, outputs - o) * sizeof(float));
      o += done;
    }
    return;
  }
  for (std::size_t o = 0; o < padded; o += kBlock) {
    const float* block_w = w + o * inputs;
    const std::size_t live = std::min(kBlock, outputs - o);
    for (std::size_t c = 0; c < columns;) {
      std::size_t taken = 4;
      switch (columns - c) {
        case 1:
          block<1>(block_w, bias + o, x + c * inputs, inputs, rows);
          taken = 1;
          break;
        case 2:
          block<2>(block_w, bias + o, x + c * inputs, inputs, rows);
          taken = 2;
          break;
        case 3:
          block<3>(block_w, bias + o, x + c * inputs, inputs, rows);
          taken = 3;
          break;
        default:
          block<4>(block_w, bias + o, x + c * inputs, inputs, rows);
          break;
      }
      for (std::size_t j = 0; j < taken; ++j) std::memcpy(y + (c + j) * outputs + o, rows[j], live * sizeof(float));
      c += taken;
    }
  }
}

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

void PackedMatrix::affine(const float* x, std::size_t columns, float* y) const {
  run(packed_.data(), bias_.data(), x, inputs_, columns, outputs_, bias_.size(), y);
}

}  // namespace mamori::base
