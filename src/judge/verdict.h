// From findings to an assessment: the level, the categories, Tokyo's three axes, the law's three elements, and one plain
// sentence why. Pure, thread-safe.
#pragma once

#include "judge/dialogue.h"

namespace mamori::judge {

// Takes the step's findings into the state. Findings of level 0 (not counted by the criteria) are kept and change nothing else.
void conclude(DialogueState& state, Step& step, const std::string& criteria_version);

// Whether two assessments ask for different things to be shown or done.
bool differ(const contact::Assessment& a, const contact::Assessment& b);

// Strong words, nothing more: level 1 where nothing was found yet.
void heated(DialogueState& state, std::string reason, std::string reason_en);

}  // namespace mamori::judge
