#include "contact/event_json.h"

#include <algorithm>
#include <array>

namespace mamori::contact {

namespace json = base::json;

namespace {

// How the sentences of records from before the kinds were told apart begin.
struct Beginning {
  std::string_view words;
  CounterKind kind;
};
constexpr std::array<Beginning, 9> kBeginnings{{
    {"申し出の根拠: ", CounterKind::kGround},
    {"引用: ", CounterKind::kQuotation},
    {"引用・打ち消し: ", CounterKind::kQuotation},
    {"打ち消し・例外: ", CounterKind::kNegation},
    {"組織の例外", CounterKind::kOwnException},
    {"分類器の見立て: ", CounterKind::kClassifier},
    {"音の並びから聞き取った句です", CounterKind::kUnconfirmed},
    {"以前の応対と同じ用件かどうか", CounterKind::kOtherMatter},
    {"この組織の判断基準では、この種類を数えません", CounterKind::kNotCounted},
}};

CounterEvidence from_sentence(std::string_view sentence) {
  CounterEvidence out;
  out.why = sentence;
  const auto beginning = std::ranges::find_if(kBeginnings, [&](const Beginning& b) { return sentence.starts_with(b.words); });
  if (beginning == kBeginnings.end()) return out;
  out.kind = beginning->kind;
  if (out.kind != CounterKind::kGround) return out;
  const auto name = sentence.substr(beginning->words.size());
  for (int i = 0; i < kGroundCount; ++i) {
    if (term(static_cast<Ground>(i)).ja == name) out.ground = static_cast<Ground>(i);
  }
  return out;
}

json::array ids(const auto& set) {
  json::array out;
  for (const auto item : set) out.emplace_back(term(item).id);
  return out;
}

}  // namespace

json::object to_json(const Finding& f) {
  json::array counter;
  for (const auto& c : f.counter_evidence) counter.emplace_back(to_json(c));
  json::array influences;
  for (const auto& i : f.influences) influences.push_back(json::object{{"what", i.what}, {"weight", i.weight}});
  return {{"category", term(f.category).id}, {"level", f.level}, {"turn", f.turn}, {"begin", f.begin}, {"end", f.end}, {"text", f.text}, {"criterion", f.criterion}, {"basis", f.basis}, {"counter_evidence", std::move(counter)}, {"score", f.score}, {"why", f.why}, {"why_en", f.why_en}, {"lower", f.lower}, {"lower_en", f.lower_en}, {"influences", std::move(influences)}};
}

json::object to_json(const CounterEvidence& c) {
  json::object out{{"kind", to_id(c.kind)}, {"begin", c.begin}, {"end", c.end}, {"text", c.text}, {"why", c.why}, {"why_en", c.why_en}};
  if (c.ground) out["ground"] = term(*c.ground).id;
  return out;
}

void renew_counter_evidence(json::object& stored_finding) {
  const auto it = stored_finding.find("counter_evidence");
  if (it == stored_finding.end() || !it->value().is_array()) return;
  for (auto& c : it->value().get_array()) {
    if (c.is_string()) c = to_json(from_sentence(c.get_string()));
  }
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
