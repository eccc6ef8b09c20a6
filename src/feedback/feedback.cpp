#include "feedback/feedback.h"

#include <algorithm>
#include <map>

#include "flow/live_contact.h"

namespace mamori::feedback {

namespace json = base::json;

store::NewEntry entry_of(const Feedback& f) {
  json::object facts = judge::to_json(f.label);
  facts["contact"] = f.contact;
  facts["by"] = f.by;
  facts["right"] = f.right;
  facts["turn"] = f.turn ? json::value(*f.turn) : json::value(nullptr);
  facts["criteria_version"] = f.criteria_version;
  return {f.contact, f.at, "feedback", std::move(facts), {{"because", f.because}}};
}

std::optional<Feedback> feedback_of(base::UnixMillis at, const json::object& facts) {
  Feedback f;
  f.at = at;
  f.contact = base::get_string(facts, "contact");
  f.by = base::get_string(facts, "by");
  f.right = base::get_bool(facts, "right");
  f.criteria_version = base::get_string(facts, "criteria_version");
  if (const auto* turn = facts.if_contains("turn"); turn && turn->is_int64()) f.turn = static_cast<int>(turn->get_int64());
  auto label = judge::label_from_json(facts);
  if (!label || f.contact.empty()) return std::nullopt;
  f.label = std::move(*label);
  return f;
}

std::vector<judge::LabelledItem> labelled(const store::PastContact& past, const std::vector<Feedback>& feedback) {
  std::map<std::optional<int>, const Feedback*> newest;
  for (const auto& f : feedback) {
    if (auto& known = newest[f.turn]; known == nullptr || known->at <= f.at) known = &f;
  }
  std::vector<contact::Utterance> turns;
  for (const auto& e : past.entries) {
    if (e.kind != "utterance") continue;
    auto u = flow::utterance_from_entry(e);
    u.turn = static_cast<int>(turns.size());
    turns.push_back(std::move(u));
  }
  std::vector<judge::LabelledItem> out;
  for (const auto& [turn, f] : newest) {
    judge::LabelledItem item;
    item.topic = past.row.id;  // one contact is never on both sides of a fold
    item.medium = past.row.medium;
    item.label = f->label;
    if (!turn) {
      item.id = past.row.id;
      item.dialogue = true;
      item.turns = turns;
    } else {
      if (*turn < 0 || static_cast<std::size_t>(*turn) >= turns.size()) continue;
      item.id = past.row.id + "#" + std::to_string(*turn);
      item.turns = {turns[static_cast<std::size_t>(*turn)]};
      item.turns[0].turn = 0;
    }
    const bool words = std::ranges::any_of(item.turns, [](const auto& u) { return !u.text.empty(); });
    if (words) out.push_back(std::move(item));
  }
  return out;
}

base::Result<std::vector<judge::LabelledItem>> labelled_of(store::Store& store, base::UnixMillis since) {
  auto facts = store.facts("feedback", since);
  if (!facts) return base::fail(facts.error());
  std::map<std::string, std::vector<Feedback>> by_contact;
  for (const auto& [at, object] : *facts) {
    if (auto f = feedback_of(at, object)) by_contact[f->contact].push_back(std::move(*f));
  }
  std::vector<judge::LabelledItem> out;
  for (const auto& [id, list] : by_contact) {
    auto row = store.contact(id);
    if (!row) continue;  // not kept any more
    auto past = store.past(std::move(*row));
    if (!past) return base::fail(past.error());
    std::ranges::move(labelled(*past, list), std::back_inserter(out));
  }
  return out;
}

}  // namespace mamori::feedback
