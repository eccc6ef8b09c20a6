#include "flow/live_contact.h"

#include <algorithm>

#include "policy/policy.h"

namespace mamori::flow {

namespace json = base::json;

json::object to_json(const contact::Utterance& u) {
  json::object out{{"turn", u.turn}, {"speaker", to_id(u.speaker)}, {"start", u.start}, {"end", u.end}, {"text", u.text}, {"phonemes", u.phonemes}, {"confidence", u.confidence}, {"engine", u.engine}};
  if (!u.emotion.empty()) out["emotion"] = u.emotion;
  return out;
}

contact::Utterance utterance_from_json(const json::object& o) {
  contact::Utterance u;
  u.turn = static_cast<int>(base::get_int(o, "turn"));
  u.speaker = contact::speaker_from_id(base::get_string(o, "speaker")).value_or(contact::Speaker::kCustomer);
  u.start = base::get_double(o, "start");
  u.end = base::get_double(o, "end");
  u.text = base::get_string(o, "text");
  u.phonemes = base::get_string(o, "phonemes");
  u.confidence = base::get_double(o, "confidence", 1);
  u.engine = base::get_string(o, "engine");
  u.emotion = base::get_string(o, "emotion");
  return u;
}

contact::Utterance utterance_from_entry(const store::Entry& entry) {
  json::object o = entry.facts;
  for (const auto& [key, value] : entry.content) o[key] = value;
  return utterance_from_json(o);
}

contact::SpottedPhrase spotted_from_entry(const store::Entry& entry) {
  contact::SpottedPhrase p;
  p.speaker = contact::speaker_from_id(base::get_string(entry.facts, "speaker")).value_or(contact::Speaker::kCustomer);
  p.start = base::get_double(entry.facts, "start");
  p.end = base::get_double(entry.facts, "end");
  p.category = base::get_string(entry.facts, "category");
  p.score = base::get_double(entry.facts, "score");
  p.phrase = base::get_string(entry.content, "phrase");
  return p;
}

bool is_warning_heard(const store::Entry& entry) {
  return entry.kind == "prompt" && base::get_string(entry.facts, "prompt") == "warning" && base::get_string(entry.facts, "state") == "finished";
}

json::object to_json(const ActionRecord& a) {
  return {{"id", a.id}, {"kind", contact::term(a.kind).id}, {"mode", to_id(a.mode)}, {"state", a.state}, {"rule", a.rule}, {"by", a.by}, {"at", a.at}, {"error", a.error}, {"elapsed_ms", a.elapsed_ms}};
}

json::object to_json(const contact::VoiceCue& c) {
  json::array rises;
  for (const auto& r : c.rises) rises.push_back(json::object{{"what", r.what}, {"by", r.by}, {"own", r.own}});
  return {{"at", c.at}, {"speaker", to_id(c.speaker)}, {"loudness_db", c.loudness_db}, {"f0_hz", c.f0_hz}, {"arousal", c.arousal}, {"shouting", c.shouting}, {"pitch_st", c.pitch_st}, {"effort_db", c.effort_db}, {"rate", c.rate}, {"rises", std::move(rises)}, {"overlap", c.overlap}, {"interruptions", c.interruptions}, {"silence", c.silence}};
}

json::object to_json(const VoiceMatch& m) {
  return {{"voiceprint", m.voiceprint}, {"case", m.case_id}, {"number", m.number}, {"llr", m.llr}, {"seconds", m.seconds}};
}

contact::VoiceCue cue_from_json(const json::object& o) {
  static constexpr std::size_t kMostRises = 8;
  contact::VoiceCue cue;
  cue.at = base::get_double(o, "at");
  cue.loudness_db = base::get_double(o, "loudness_db");
  cue.f0_hz = base::get_double(o, "f0_hz");
  cue.arousal = base::get_double(o, "arousal");
  cue.shouting = base::get_double(o, "shouting");
  cue.pitch_st = base::get_double(o, "pitch_st");
  cue.effort_db = base::get_double(o, "effort_db");
  cue.rate = base::get_double(o, "rate");
  if (const auto* rises = o.if_contains("rises"); rises && rises->is_array()) {
    for (const auto& r : rises->get_array()) {
      if (!r.is_object() || cue.rises.size() == kMostRises) continue;
      cue.rises.push_back({base::get_string(r.get_object(), "what"), base::get_double(r.get_object(), "by"), base::get_bool(r.get_object(), "own")});
    }
  }
  return cue;
}

json::object to_json(const LiveContact& c, bool full) {
  json::object out = to_json(c.state.assessment);
  out["id"] = c.row.id;
  out["medium"] = to_id(c.row.medium);
  out["line"] = c.row.line;
  out["agent"] = c.row.agent;
  out["party"] = c.row.party;
  out["state"] = c.row.state;
  out["started_at"] = c.row.started_at;
  out["answered_at"] = c.row.answered_at;
  out["ended_at"] = c.row.ended_at;
  out["end_reason"] = c.row.end_reason;
  out["engine"] = c.engine;
  out["engine_problem"] = c.engine_problem;
  out["speech_behind_ms"] = c.speech_behind_ms;
  out["prompt"] = c.prompt;
  out["warnings"] = c.warnings;
  out["notified_at"] = c.notified_at;
  out["acknowledged_by"] = c.acknowledged_by;
  out["contacts_on_matter"] = c.state.contacts_on_matter;
  // Rising, falling or level over the last few customer utterances.
  const auto n = c.levels.size();
  out["trend"] = n < 2 ? 0 : std::clamp(c.levels[n - 1] - c.levels[n >= 4 ? n - 4 : 0], -1, 1);
  json::array shouting;
  const std::size_t skip = c.cues.size() > 40 ? c.cues.size() - 40 : 0;
  for (std::size_t i = skip; i < c.cues.size(); ++i) shouting.emplace_back(c.cues[i].shouting);
  out["shouting"] = std::move(shouting);
  out["voice"] = c.cues.empty() ? json::value(nullptr) : json::value(to_json(c.cues.back()));
  out["voice_match"] = c.voice_match ? json::value(to_json(*c.voice_match)) : json::value(nullptr);
  // The first words of evidence: of the highest finding so far.
  const auto top = std::ranges::max_element(c.state.findings, {}, &contact::Finding::level);
  if (top != c.state.findings.end())
    out["evidence"] = to_json(*top);
  else
    out["evidence"] = nullptr;
  json::array actions;
  for (const auto& a : c.actions) actions.push_back(to_json(a));
  out["actions"] = std::move(actions);
  json::object forbidden;
  for (int i = 1; i < contact::kActionKindCount; ++i) {
    const auto kind = static_cast<contact::ActionKind>(i);
    std::string reason;
    if (!policy::allowed({c.row.medium, &c.state.assessment, c.warnings}, kind, &reason)) forbidden[contact::term(kind).id] = reason;
  }
  out["forbidden"] = std::move(forbidden);
  if (!full) return out;
  json::array transcript;
  for (const auto& u : c.transcript) {
    auto o = to_json(u);
    json::array findings;
    for (const auto& f : c.state.findings) {
      if (f.turn == u.turn) findings.push_back(to_json(f));
    }
    o["findings"] = std::move(findings);
    transcript.push_back(std::move(o));
  }
  out["transcript"] = std::move(transcript);
  json::array partials;
  for (const auto& [speaker, u] : c.partials) {
    if (!u.text.empty()) partials.push_back(to_json(u));
  }
  out["partials"] = std::move(partials);
  return out;
}

}  // namespace mamori::flow
