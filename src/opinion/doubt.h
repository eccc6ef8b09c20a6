// Which contacts are worth a second opinion: those that are over and of which our own judge is not sure. Pure.
#pragma once

#include "contact/category.h"

namespace mamori::opinion {

// Of the classifier's highest probability of harassment (judge::DialogueState::suspicion), both included.
struct Doubt {
  double from = 0.25;
  double to = 0.75;
};

// Level 4 asks for people at once, and nobody waits for a language model there.
constexpr bool worth_asking(double suspicion, contact::Level level, const Doubt& doubt) { return level < 4 && suspicion >= doubt.from && suspicion <= doubt.to; }

}  // namespace mamori::opinion
