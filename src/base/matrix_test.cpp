#include "base/matrix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace mamori::base {
namespace {

std::vector<float> random(std::size_t n, std::mt19937& from) {
  std::uniform_real_distribution<float> any(-1, 1);
  std::vector<float> out(n);
  for (auto& x : out) x = any(from);
  return out;
}

TEST(PackedMatrix, IsTheProductInEveryWidthAndHoweverManyColumns) {
  std::mt19937 from(7);
  for (const auto width : PackedMatrix::widths()) {
    for (const std::size_t inputs : {1, 48, 65}) {
      for (const std::size_t outputs : {1, 21, 32, 96, 144, 193}) {
        const auto weights = random(inputs * outputs, from);
        const auto bias = random(outputs, from);
        const PackedMatrix matrix(weights, bias, inputs, outputs);
        for (std::size_t columns = 1; columns <= 9; ++columns) {
          const auto x = random(columns * inputs, from);
          std::vector<float> y(columns * outputs + 1, 77);
          matrix.affine(x.data(), columns, y.data(), width);
          EXPECT_EQ(y.back(), 77) << "nothing is written behind the result";
          for (std::size_t c = 0; c < columns; ++c) {
            std::vector<float> alone(outputs);
            matrix.affine(x.data() + c * inputs, 1, alone.data(), width);
            for (std::size_t o = 0; o < outputs; ++o) {
              double sum = bias[o];
              for (std::size_t i = 0; i < inputs; ++i) sum += static_cast<double>(x[c * inputs + i]) * weights[i * outputs + o];
              ASSERT_NEAR(y[c * outputs + o], sum, 1e-4) << static_cast<int>(width) << " " << inputs << " x " << outputs << ", column " << c << " of " << columns;
              ASSERT_EQ(y[c * outputs + o], alone[o]) << "how columns are grouped does not change the result";
            }
          }
        }
      }
    }
  }
}

TEST(PackedMatrix, AnyMachineHasOneWidthAtLeast) { EXPECT_EQ(PackedMatrix::widths().back(), PackedMatrix::Width::kAny); }

}  // namespace
}  // namespace mamori::base
