// One utterance as every stage after the first sees it: normalised, split into words, with the frames that fit. Values only.
#pragma once

#include <vector>

#include "judge/frames.h"
#include "text/normalise.h"
#include "text/tokens.h"

namespace mamori::judge {

struct Reading {
  text::Normalised normal;
  std::vector<text::Token> tokens;  // offsets into normal.plain (and so into normal.folded)
  std::vector<Match> matches;       // frames that fit, excused ones included, in order of position
  bool about_words = false;         // the text is about words rather than using them
};

}  // namespace mamori::judge
