#include "judge/outputs.h"

#include <cmath>

namespace mamori::judge {

double probability(double log_odds) { return 1 / (1 + std::exp(-log_odds)); }

std::string output_name(int output) {
  if (output < contact::kCategoryCount) return std::string(contact::term(static_cast<contact::Category>(output)).id);
  if (output < kOutputHarassment) return std::string(contact::term(static_cast<contact::Flag>(output - contact::kCategoryCount)).id);
  static constexpr std::array<const char*, 4> kNames{"harassment", "level3", "level4", "heated"};
  return kNames[static_cast<std::size_t>(output - kOutputHarassment)];
}

}  // namespace mamori::judge
