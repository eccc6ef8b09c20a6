#include "contact/event_json.h"

namespace mamori::contact {

namespace json = base::json;

namespace {

json::array ids(const auto& set) {
  json::array out;
  for (const auto item : set) out.emplace_back(term(item).id);
  return out;
}

}  // namespace

json::object to_json(const Finding& f) {
  json::array counter;
  for (const auto& c : f.counter_evidence) counter.emplace_back(c);
  json::array influences;
  for (const auto& i : f.influences) influences.push_back(json::object{{"what", i.what}, {"weight", i.weight}});
  return {{"category", term(f.category).id}, {"level", f.level}, {"turn", f.turn}, {"begin", f.begin}, {"end", f.end}, {"text", f.text}, {"criterion", f.criterion}, {"basis", f.basis}, {"counter_evidence", std::move(counter)}, {"score", f.score}, {"why", f.why}, {"why_en", f.why_en}, {"lower", f.lower}, {"lower_en", f.lower_en}, {"influences", std::move(influences)}};
}

json::object take_words(json::object& object) {
  json::object out;
  for (const auto* key : {"text", "why", "why_en", "lower", "lower_en", "influences", "counter_evidence", "reason", "reason_en"}) {
    if (const auto it = object.find(key); it != object.end()) {
      out[key] = std::move(it->value());
      object.erase(key);
    }
  }
  return out;
}

json::object to_json(const Verdict& v) {
  return {{"manner", v.manner}, {"content", v.content}, {"time", v.time}, {"beyond_acceptable", v.beyond_acceptable}, {"environment_harmed", v.environment_harmed}, {"grounds", ids(v.grounds)}};
}

json::object to_json(const Assessment& a) {
  json::object out{{"level", a.level}, {"categories", ids(a.categories)}, {"flags", ids(a.flags)}, {"keep_line", a.keep_line}, {"criteria_version", a.criteria_version}, {"reason", a.reason}, {"reason_en", a.reason_en}, {"verdict", to_json(a.verdict)}};
  out["first_level3_turn"] = a.first_level3_turn ? json::value(*a.first_level3_turn) : json::value(nullptr);
  return out;
}

}  // namespace mamori::contact
