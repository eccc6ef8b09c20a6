// "Right", or "wrong, because": what people who were there say of a judgement. Kept in the journal of the contact (kind
// "feedback": facts are what it should have been, content is why), counted, and turned into labelled text that the judge can
// be measured on and trained from (docs/format/judge-jsonl.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/labelled.h"
#include "store/store.h"

namespace mamori::feedback {

struct Feedback {
  std::string contact;
  base::UnixMillis at = 0;
  std::string by;
  std::optional<int> turn;  // absent: the contact as a whole
  bool right = false;
  judge::Label label;   // what it is; of a right judgement, what was judged
  std::string because;  // a person's words; empty when erased
  std::string criteria_version;
};

// As it stands in the journal, and back. `because` may quote the caller, so it is content. Facts that are none give nothing.
store::NewEntry entry_of(const Feedback& feedback);
std::optional<Feedback> feedback_of(base::UnixMillis at, const base::json::object& facts);

// What the newest feedback on each part of one contact says, as labelled text: the whole contact as a dialogue, a single turn
// as a message. Nothing for parts whose words are erased.
std::vector<judge::LabelledItem> labelled(const store::PastContact& past, const std::vector<Feedback>& feedback);

// All labelled text of a store since a time. Reads what people said: the caller writes that into the journal first.
base::Result<std::vector<judge::LabelledItem>> labelled_of(store::Store& store, base::UnixMillis since);

}  // namespace mamori::feedback
