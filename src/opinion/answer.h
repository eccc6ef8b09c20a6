// What a language model answered, held to the schema of a judgement. Pure, thread-safe, bounded: the bytes come from outside and
// may be steered by whoever spoke in the contact. Errors are fixed sentences without a word of anybody, so they may be logged.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "contact/event.h"
#include "judge/labelled.h"

namespace mamori::opinion {

inline constexpr std::size_t kMostReply = 256u << 10;  // bytes of the whole answer of the server
inline constexpr std::size_t kMostAnswer = 8u << 10;   // of what the model wrote
inline constexpr std::size_t kMostReason = 1200;
inline constexpr std::size_t kMostQuote = 900;

struct Opinion {
  judge::Label label;
  std::string reason;  // Japanese, by the model
  std::string quote;   // stands in `turn` byte for byte; empty only below level 2
  std::optional<int> turn;
};

// A reply of /v1/chat/completions about `turns`. Refused: what is no JSON or not of exactly these members, ids that do not exist,
// a level that does not go with its categories, a quote that was not said, from level 2 on a quote that is not the customer's,
// texts that are too long or not printable.
base::Result<Opinion> read_reply(std::string_view body, std::span<const contact::Utterance> turns);

// Whether both see the same: on the same side of "harassment", not more than a level apart, with a kind in common, and of one
// mind about whether somebody needs care.
bool agree(const judge::Label& a, const judge::Label& b);

}  // namespace mamori::opinion
