// What a language model is asked about one contact. Pure, thread-safe.
//
// The words of the contact are data, and a caller may say anything, also "forget your instructions". So the dialogue stands as
// JSON, one object a line, between two lines with a random mark that nobody in the contact can know, and the rules are said again
// behind it. That makes steering hard, not impossible: it is why the answer is checked (answer.h) and decides nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "contact/event.h"

namespace mamori::opinion {

// Longer dialogues are shortened in the middle, which the question says. Of one turn, and of all.
inline constexpr std::size_t kMostTurnBytes = 3000;
inline constexpr std::size_t kMostDialogueBytes = 36'000;

struct Question {
  contact::Medium medium = contact::Medium::kPhone;
  std::vector<contact::Utterance> turns;
};

// The body for POST <address>/chat/completions. `mark`: fresh random letters for every question. `as_json`: also ask the server
// to allow nothing but JSON (response_format), which not every server knows.
base::json::object request_for(const Question& question, std::string_view model, std::string_view mark, bool as_json);

}  // namespace mamori::opinion
