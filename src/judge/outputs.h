// What the judge's models say of an utterance: one number for each category, each flag, and for "harassment at all", "level 3 or
// more", "level 4" and "heated". Values only.
#pragma once

#include <array>
#include <string>

#include "contact/event.h"

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

// 1 / (1 + e^-x)
double probability(double log_odds);

}  // namespace mamori::judge
