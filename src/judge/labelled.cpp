#include "judge/labelled.h"

#include <istream>

namespace mamori::judge {

namespace json = base::json;
using base::ErrorCode;
using contact::Speaker;

namespace {

constexpr std::size_t kMaxLine = 16u << 20;

template <class T, class Find>
base::Result<std::set<T>> ids(const json::object& object, const char* key, Find find) {
  std::set<T> out;
  const auto* list = object.if_contains(key);
  if (list == nullptr || list->is_null()) return out;
  if (!list->is_array()) return base::fail(ErrorCode::kInvalidArgument, std::string("\"") + key + "\" must be a list");
  for (const auto& value : list->get_array()) {
    const auto found = value.is_string() ? find(std::string_view(value.get_string())) : std::nullopt;
    if (!found) return base::fail(ErrorCode::kInvalidArgument, std::string("\"") + key + "\": unknown id " + json::serialize(value));
    out.insert(*found);
  }
  return out;
}

}  // namespace

base::Result<Label> label_from_json(const json::object& object) {
  Label out;
  out.level = static_cast<int>(base::get_int(object, "level"));
  if (out.level < 0 || out.level > 4) return base::fail(ErrorCode::kInvalidArgument, "\"level\" must be 0 to 4");
  auto categories = ids<contact::Category>(object, "categories", contact::category_from_id);
  if (!categories) return base::fail(categories.error());
  auto flags = ids<contact::Flag>(object, "flags", contact::flag_from_id);
  if (!flags) return base::fail(flags.error());
  out.categories = std::move(*categories);
  out.flags = std::move(*flags);
  if ((out.level >= 2) != !out.categories.empty()) return base::fail(ErrorCode::kInvalidArgument, "level 2 and above if and only if there is a category");
  if (const auto* first = object.if_contains("first_level3_turn"); first && first->is_int64()) out.first_level3_turn = static_cast<int>(first->get_int64());
  out.kind = base::get_string(object, "kind");
  return out;
}

json::object to_json(const Label& label) {
  json::array categories;
  for (const auto c : label.categories) categories.emplace_back(contact::term(c).id);
  json::array flags;
  for (const auto f : label.flags) flags.emplace_back(contact::term(f).id);
  json::object out{{"level", label.level}, {"categories", std::move(categories)}, {"flags", std::move(flags)}};
  if (label.first_level3_turn) out["first_level3_turn"] = *label.first_level3_turn;
  if (!label.kind.empty()) out["kind"] = label.kind;
  return out;
}

json::object to_json(const LabelledItem& item) {
  json::object out{{"id", item.id}, {"topic", item.topic}, {"channel", to_id(item.medium)}};
  if (item.dialogue) {
    json::array turns;
    for (const auto& u : item.turns) turns.push_back(json::object{{"t", u.start}, {"speaker", to_id(u.speaker)}, {"text", u.text}});
    out["turns"] = std::move(turns);
  } else if (!item.turns.empty()) {
    out["text"] = item.turns[0].text;
  }
  if (item.chosen) out["chosen"] = true;
  if (item.label) out["label"] = to_json(*item.label);
  return out;
}

contact::Medium medium_of_channel(std::string_view channel) {
  if (const auto medium = contact::medium_from_id(channel)) return *medium;
  static const std::set<std::string, std::less<>> kPhone{"tel", "電話", "phone_call", "call_center", "voicemail"};
  static const std::set<std::string, std::less<>> kCounter{"窓口", "desk", "counter_note", "in_person", "店頭", "対面", "visit"};
  if (kPhone.contains(channel)) return contact::Medium::kPhone;
  if (kCounter.contains(channel)) return contact::Medium::kCounter;
  return contact::Medium::kForm;
}

base::Result<LabelledItem> labelled_item(const json::object& object) {
  const auto invalid = [](const std::string& what) { return base::fail(ErrorCode::kInvalidArgument, what); };
  LabelledItem out;
  if (const auto* id = object.if_contains("id")) out.id = id->is_string() ? std::string(id->get_string()) : json::serialize(*id);
  out.topic = base::get_string(object, "topic");
  out.chosen = base::get_bool(object, "chosen");
  const auto* channel = object.if_contains("channel");
  if (channel && !channel->is_string() && !channel->is_null()) return invalid("\"channel\" must be text");
  out.medium = medium_of_channel(base::get_string(object, "channel", "chat"));
  const auto* text = object.if_contains("text");
  const auto* turns = object.if_contains("turns");
  if ((text != nullptr) == (turns != nullptr)) return invalid("exactly one of \"text\" and \"turns\" is needed");
  const auto add = [&](Speaker speaker, double at, std::string words) {
    contact::Utterance u;
    u.turn = static_cast<int>(out.turns.size());
    u.speaker = speaker;
    u.start = u.end = at;
    u.text = std::move(words);
    out.turns.push_back(std::move(u));
  };
  if (text) {
    if (!text->is_string()) return invalid("\"text\" must be text");
    add(Speaker::kCustomer, 0, std::string(text->get_string()));
  } else {
    out.dialogue = true;
    if (!turns->is_array()) return invalid("\"turns\" must be a list");
    double last = 0;
    for (const auto& value : turns->get_array()) {
      const std::string where = "turn " + std::to_string(out.turns.size()) + ": ";
      if (!value.is_object()) return invalid(where + "must be an object");
      const auto& turn = value.get_object();
      const auto speaker = contact::speaker_from_id(base::get_string(turn, "speaker"));
      if (!speaker) return invalid(where + "\"speaker\" must be customer or agent");
      if (!turn.contains("text") || !turn.at("text").is_string()) return invalid(where + "\"text\" must be text");
      last = std::max(last, base::get_double(turn, "t", last));
      add(*speaker, last, base::get_string(turn, "text"));
    }
  }
  const auto* label = object.if_contains("label");
  if (label && !label->is_object()) return invalid("\"label\" must be an object");
  if (label || object.contains("level")) {
    auto parsed = label_from_json(label ? label->get_object() : object);
    if (!parsed) return base::fail(parsed.error());
    out.label = std::move(*parsed);
  }
  return out;
}

std::vector<LabelledItem> read_labelled(std::istream& in, const std::function<void(std::int64_t, const std::string&)>& bad) {
  std::vector<LabelledItem> out;
  std::string line;
  for (std::int64_t number = 1; std::getline(in, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);  // a byte order mark from a spreadsheet
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    auto value = base::parse_json(line, kMaxLine);
    if (!value) {
      bad(number, value.error().message);
      continue;
    }
    if (!value->is_object()) {
      bad(number, "not a JSON object");
      continue;
    }
    auto item = labelled_item(value->get_object());
    if (item)
      out.push_back(std::move(*item));
    else
      bad(number, item.error().message);
  }
  return out;
}

}  // namespace mamori::judge
