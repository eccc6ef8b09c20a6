// A labelled message or dialogue: what training learns from and measuring compares with (docs/format/judge-jsonl.md).
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "contact/event.h"

namespace mamori::judge {

struct Label {
  contact::Level level = 0;
  std::set<contact::Category> categories;  // empty if and only if level < 2
  std::set<contact::Flag> flags;
  std::optional<int> first_level3_turn;  // of a dialogue with level >= 3
  std::string kind;                      // why it is hard: quotation, idiom, fair_complaint, ... or empty
};

struct LabelledItem {
  std::string id;
  std::string topic;  // items of one topic never stand on both sides of a split or a fold
  contact::Medium medium = contact::Medium::kPhone;
  bool dialogue = false;
  bool chosen = false;                    // picked because a judge erred on it or on one like it: teaches, but says nothing of how common what is
  std::vector<contact::Utterance> turns;  // one for a message
  std::optional<Label> label;             // absent: only to be judged
};

// One line of JSON as an object. The label stands under "label", or its members beside the text. Errors name the member.
base::Result<LabelledItem> labelled_item(const base::json::object& object);

// Reads lines of JSON. A bad line is told with its number and skipped.
std::vector<LabelledItem> read_labelled(std::istream& in, const std::function<void(std::int64_t line, const std::string& why)>& bad);

// The label alone. Levels, ids and "level 2 and above if and only if there is a category" are checked.
base::Result<Label> label_from_json(const base::json::object& object);
base::json::object to_json(const Label& label);
// One line of JSON for an item, as labelled_item() reads it.
base::json::object to_json(const LabelledItem& item);

// A channel as people write it ("電話", "email", "desk"); what nobody knows is a form.
contact::Medium medium_of_channel(std::string_view channel);

}  // namespace mamori::judge
