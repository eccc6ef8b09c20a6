#include "flow/flow.h"

#include <algorithm>
#include <cstdio>

#include "base/ids.h"
#include "base/log.h"

namespace mamori::flow {

namespace json = base::json;
using base::ErrorCode;
using base::get_double;
using base::get_int;
using base::get_string;
using contact::ActionKind;
using contact::ActionMode;
using contact::Speaker;

namespace {

constexpr std::size_t kMaxCues = 240;
constexpr base::UnixMillis kHour = 3'600'000;

std::string_view command_of(ActionKind kind) {
  switch (kind) {
    case ActionKind::kWarnCaller: return "warn";
    case ActionKind::kSwitchToAnnouncement: return "announce";
    case ActionKind::kDisconnect: return "cut";
    default: return {};
  }
}

bool blocked_now(const store::BlockRow& block, base::UnixMillis now) {
  return block.lifted_at == 0 && (block.expires_at == 0 || block.expires_at > now);
}

std::string level_word(contact::Level level) {
  static constexpr std::string_view kWords[] = {"平常", "注意", "疑い", "該当", "重大"};
  return std::to_string(level) + " " + std::string(kWords[std::clamp(level, 0, 4)]);
}

}  // namespace

Flow::Flow(std::shared_ptr<const judge::Judge> judge, policy::Policy policy, const store::Keyring& keys, const base::Clock& clock, TimeZone zone, Outside outside)
    : judge_(std::move(judge)), policy_(std::move(policy)), keys_(keys), clock_(clock), zone_(std::move(zone)), out_(std::move(outside)) {}

// ---------------------------------------------------------------------------------------------------- from media

void Flow::from_media(const json::object& message) {
  const auto type = get_string(message, "type");
  if (type == "call") {
    call_changed(message);
  } else if (type == "calls") {
    // What is up now. Contacts we think live but media does not know are over.
    std::vector<std::string> known;
    if (const auto* list = message.if_contains("calls"); list && list->is_array()) {
      for (const auto& item : list->get_array()) {
        if (!item.is_object()) continue;
        call_changed(item.get_object());
        known.push_back(get_string(item.get_object(), "call"));
      }
    }
    for (auto& id : live_ids()) {
      auto& contact = contacts_.at(id);
      if (contact.row.medium == contact::Medium::kPhone && std::ranges::find(known, id) == known.end()) {
        end(contact, "lost", clock_.now());
      }
    }
    send_blocklist();
  } else if (type == "result") {
    command_result(message);
  } else if (type == "prompt") {
    if (auto* contact = find(get_string(message, "call"))) {
      const auto state = get_string(message, "state");
      const auto name = get_string(message, "prompt");
      contact->prompt = state == "started" ? name : "";
      if (name == "warning" && state == "finished") {
        ++contact->warnings;
        contact->warning_over_at = seconds_now(*contact);
        judge_->warned(contact->state);
      }
      write(*contact, "prompt", {{"prompt", get_string(message, "prompt")}, {"state", get_string(message, "state")}});
      show(*contact);
    }
  }
}

void Flow::call_changed(const json::object& message) {
  const auto id = get_string(message, "call");
  const auto state = get_string(message, "state");
  if (id.empty() || state.empty() || id.size() > 64) return;
  const auto at = get_int(message, "at", clock_.now());
  auto it = contacts_.find(id);
  if (it == contacts_.end()) {
    LiveContact fresh;
    fresh.row.id = id;
    fresh.row.medium = contact::Medium::kPhone;
    fresh.row.party = get_string(message, "caller");
    fresh.row.line = get_string(message, "callee");
    fresh.row.started_at = at;
    fresh.row.state = state;
    fresh.engine = engine_;
    fresh.engine_problem = engine_problem_;
    fresh.state.medium = contact::Medium::kPhone;
    fresh.state.assessment.criteria_version = judge_->criteria_version();
    it = contacts_.emplace(id, std::move(fresh)).first;
    if (contact_began && contact::names_a_party(it->second.row.party)) contact_began(id, it->second.row.party, at);
  }
  auto& contact = it->second;
  const bool same = contact.row.state == state && !contact.transcript.empty();
  contact.row.state = state;
  if (auto agent = get_string(message, "agent"); !agent.empty()) contact.row.agent = agent;
  if (auto recording = get_string(message, "recording"); !recording.empty()) {
    contact.row.recording = recording.substr(recording.rfind('/') + 1);
  }
  if ((state == "bridged" || state == "announcing") && contact.row.answered_at == 0) contact.row.answered_at = at;
  if (state == "bridged" && contact.audio_began_at == 0) {
    contact.audio_began_at = at;
    open_streams(contact);
  }
  if (same) {  // a hub that came back: the journal has this already
    open_streams(contact);
    return show(contact, true);
  }
  const json::object facts{{"state", state}, {"agent", contact.row.agent}, {"reason", get_string(message, "reason")}};
  if (state == "ended" || state == "refused") {
    contact.row.state = "live";  // end() writes the last state
    return end(contact, state == "refused" ? "refused" : get_string(message, "reason", "ended"), at);
  }
  write(contact, "state", facts, {{"caller", contact.row.party}, {"callee", contact.row.line}});
  narrate(contact, state == "inbound" ? "着信 " + contact.row.party : state == "bridged" ? "通話開始 応対者 " + contact.row.agent
                                                                                         : "状態 " + state);
  show(contact, true);
}

void Flow::audio_from_media(const link::Audio& audio) {
  if (speech_up_) out_.speech_audio(audio);
}

void Flow::media_lost() {
  // Calls go on in media whether we listen or not; when it comes back it says which.
  for (auto& [id, action] : running_) base::log_warning("media is away while an action runs", {{"contact", action}});
}

void Flow::end(LiveContact& contact, const std::string& reason, base::UnixMillis at) {
  const bool refused = reason == "refused";
  contact.row.state = refused ? "refused" : "ended";
  contact.row.ended_at = at;
  contact.row.end_reason = reason;
  // What runs is answered by media's result, which may come after this; tick() gives up on it.
  for (const auto* leg : {"/caller", "/agent"}) {
    if (speech_up_ && !refused) out_.speech({{"type", "close"}, {"stream", contact.row.id + leg}});
  }
  write(contact, "state", {{"state", contact.row.state}, {"reason", reason}, {"level", contact.state.assessment.level}});
  narrate(contact, refused ? "着信拒否により応答しませんでした" : "通話終了(" + reason + ")危険度 " + level_word(contact.state.assessment.level));
  show(contact, true);
  // The last words may still be in the recogniser: the contact stays for a while (tick() forgets it).
}

// --------------------------------------------------------------------------------------------------- from speech

void Flow::open_streams(const LiveContact& contact) {
  if (!speech_up_ || contact.audio_began_at == 0 || contact.row.ended_at != 0) return;
  for (const auto* leg : {"/caller", "/agent"}) {
    json::object open{{"type", "open"}, {"stream", contact.row.id + leg}, {"rate", 8000}};
    // Never of staff, and of callers only while there is an enrolled voice to compare with.
    if (leg[1] == 'c' && out_.voices_wanted && out_.voices_wanted()) open["voiceprint"] = true;
    out_.speech(open);
  }
}

void Flow::speech_ready() {
  speech_up_ = true;
  for (const auto& [id, contact] : contacts_) open_streams(contact);
}

void Flow::speech_lost() {
  speech_up_ = false;
  for (auto& [id, contact] : contacts_) contact.partials.clear();
}

// Which engine writes from here on. In the middle of a call it is an event of that call: what was heard before and after is
// not worth the same.
void Flow::engine_changed(const json::object& message) {
  const auto before = engine_;
  const auto problem_before = engine_problem_;
  engine_ = get_string(message, "name");
  engine_problem_ = get_string(message, "problem");
  for (auto& [id, contact] : contacts_) {
    contact.engine = engine_;
    contact.engine_problem = engine_problem_;
    if (before.empty() || contact.row.ended_at != 0 || (before == engine_ && problem_before == engine_problem_)) continue;
    write(contact, "engine", {{"engine", engine_}, {"before", before}, {"instead_of", get_string(message, "instead_of")}, {"problem", engine_problem_}});
    narrate(contact, "聞き取り " + before + " → " + engine_ + (engine_problem_.empty() ? "" : "(" + engine_problem_ + ")"));
    show(contact);
  }
}

void Flow::from_speech(const json::object& message) {
  const auto type = get_string(message, "type");
  if (type == "engine") return engine_changed(message);
  Speaker speaker{};
  auto* contact = find_stream(get_string(message, "stream"), speaker);
  if (!contact) return;
  if (type == "partial" || type == "final") {
    contact::Utterance u;
    u.speaker = speaker;
    u.start = get_double(message, "start");
    u.end = get_double(message, "end");
    u.text = get_string(message, "text");
    u.engine = get_string(message, "engine", engine_);
    u.phonemes = get_string(message, "phonemes");
    u.confidence = get_double(message, "confidence", 0);
    u.emotion = get_string(message, "emotion").substr(0, 40);
    if (type == "partial") {
      out_.wall({{"type", "partial"}, {"contact", contact->row.id}, {"utterance", to_json(u)}});
      contact->partials[std::string(to_id(speaker))] = std::move(u);
      return;
    }
    contact->partials.erase(std::string(to_id(speaker)));
    heard(*contact, std::move(u));
  } else if (type == "spotted") {
    contact::SpottedPhrase phrase;
    phrase.speaker = speaker;
    phrase.start = get_double(message, "start");
    phrase.end = get_double(message, "end");
    phrase.phrase = get_string(message, "phrase");
    phrase.category = get_string(message, "category");
    phrase.score = get_double(message, "score");
    write(*contact, "spotted", {{"start", phrase.start}, {"end", phrase.end}, {"category", phrase.category}, {"score", phrase.score}, {"speaker", to_id(speaker)}},
          {{"phrase", phrase.phrase}});
    narrate(*contact, "聞き取り句「" + phrase.phrase + "」");
    judged(*contact, judge_->hear(contact->state, phrase), phrase.start, phrase.end);
  } else if (type == "cue") {
    auto cue = cue_from_json(message);
    cue.speaker = speaker;
    contact->turns.heard(speaker, cue.at, static_cast<std::uint32_t>(get_int(message, "speech")));
    // The agent's leg is heard only for who speaks when: nothing of how staff sound is shown or kept.
    if (speaker == Speaker::kCustomer) {
      const auto look = contact->turns.look(cue.at);
      cue.overlap = look.overlap;
      cue.interruptions = look.interruptions;
      cue.silence = look.silence;
      contact->cues.push_back(cue);
      if (contact->cues.size() > kMaxCues) contact->cues.pop_front();
      // Kept as facts at one point every two seconds: a curve, not words.
      if (contact->cue_kept_at < 0 || cue.at - contact->cue_kept_at >= 2) {
        contact->cue_kept_at = cue.at;
        write(*contact, "voice", to_json(cue));
      }
      out_.wall({{"type", "cue"}, {"contact", contact->row.id}, {"cue", to_json(cue)}});
      judged(*contact, judge_->hear(contact->state, cue), cue.at, cue.at);
    }
  } else if (type == "voiceprint") {
    if (speaker == Speaker::kCustomer && out_.compare_voice) voice_heard(*contact, message);
  } else if (type == "lag") {
    contact->speech_behind_ms = get_double(message, "behind_ms");
    if (get_double(message, "dropped_ms") > 0) {
      write(*contact, "lag", {{"behind_ms", contact->speech_behind_ms}, {"dropped_ms", get_double(message, "dropped_ms")}, {"speaker", to_id(speaker)}});
    }
    show(*contact);
  }
}

void Flow::voice_heard(LiveContact& contact, const json::object& message) {
  const auto found = out_.compare_voice(message);
  if (found.compared == 0) return;
  // Every use of a voiceprint is in the journal, whether it found anybody or not. Who it may be is sealed with the contact.
  write(contact, "voiceprint_compared", {{"compared", found.compared}, {"seconds", get_double(message, "seconds")}, {"model", get_string(message, "model")}});
  const bool same = found.match && contact.voice_match && found.match->voiceprint == contact.voice_match->voiceprint;
  if (found.match && !same) {
    write(contact, "voiceprint_match", {{"seconds", found.match->seconds}}, to_json(*found.match));
    narrate(contact, "  声紋 案件 " + std::to_string(found.match->number) + " の発信者と同じ人かもしれません");
  }
  // More speech knows better: what it no longer supports goes away.
  const bool changed = found.match.has_value() || contact.voice_match.has_value();
  contact.voice_match = found.match;
  if (changed) show(contact);
}

void Flow::forget_voice(const std::string& voiceprint) {
  for (auto& [id, contact] : contacts_) {
    if (!contact.voice_match || contact.voice_match->voiceprint != voiceprint) continue;
    contact.voice_match.reset();
    show(contact);
  }
}

// ------------------------------------------------------------------------------------- words → judgement → policy

void Flow::heard(LiveContact& contact, contact::Utterance utterance) {
  if (utterance.text.empty()) return;
  utterance.turn = static_cast<int>(contact.transcript.size());
  contact.transcript.push_back(utterance);
  json::object facts{{"turn", utterance.turn}, {"speaker", to_id(utterance.speaker)}, {"start", utterance.start}, {"end", utterance.end}, {"confidence", utterance.confidence}, {"engine", utterance.engine}};
  if (!utterance.emotion.empty()) facts["emotion"] = utterance.emotion;
  write(contact, "utterance", std::move(facts), {{"text", utterance.text}, {"phonemes", utterance.phonemes}});
  narrate(contact, (utterance.speaker == Speaker::kCustomer ? "顧客 「" : "応対者「") + utterance.text + "」");
  const int refusals = contact.state.refusals;
  const int finals = contact.state.final_answers;
  const auto step = judge_->hear(contact.state, utterance);
  // Counted in the next contact of the same customer, without reading anybody's words.
  if (contact.state.refusals > refusals) write(contact, "answered", {{"turn", utterance.turn}, {"final", contact.state.final_answers > finals}});
  if (utterance.speaker == Speaker::kCustomer) contact.levels.push_back(contact.state.assessment.level);
  auto shown = to_json(utterance);
  json::array findings;
  for (const auto& f : step.findings) findings.push_back(to_json(f));
  shown["findings"] = std::move(findings);
  out_.wall({{"type", "utterance"}, {"contact", contact.row.id}, {"utterance", std::move(shown)}});
  judged(contact, step, utterance.start, utterance.end);
}

void Flow::judged(LiveContact& contact, const judge::Step& step, double phrase_start, double phrase_end) {
  for (const auto& f : step.findings) {
    json::object facts = to_json(f);
    auto content = contact::take_words(facts);
    write(contact, "finding", std::move(facts), std::move(content));
    narrate(contact, "  所見 " + std::string(contact::term(f.category).ja) + "(" + f.criterion + ")「" + f.text + "」");
  }
  // A new finding of a known kind changes no level, but after a warning it is what the next rule waits for.
  if (!step.changed && !step.findings.empty()) apply_policy(contact, phrase_start);
  if (!step.changed) return;
  const auto& a = contact.state.assessment;
  contact.row.level = a.level;
  contact.row.criteria_version = a.criteria_version;
  contact.row.categories.clear();
  for (const auto c : a.categories) contact.row.categories.emplace_back(contact::term(c).id);
  contact.row.flags.clear();
  for (const auto f : a.flags) contact.row.flags.emplace_back(contact::term(f).id);
  json::object facts = to_json(a);
  auto content = contact::take_words(facts);  // the reason quotes the caller
  if (contact.audio_began_at != 0) {
    facts["after_phrase_ms"] = clock_.now() - contact.audio_began_at - static_cast<std::int64_t>(phrase_end * 1000);
  }
  write(contact, "assessment", facts, std::move(content));
  std::string flags;
  for (const auto f : a.flags) flags += " [" + std::string(contact::term(f).ja) + "]";
  narrate(contact, "  判定 危険度 " + level_word(a.level) + flags + (a.reason.empty() ? "" : " — " + a.reason));
  apply_policy(contact, phrase_start);
  show(contact);
}

void Flow::set_automatic(std::vector<std::pair<base::UnixMillis, ActionKind>> done) { automatic_.assign(done.begin(), done.end()); }

policy::Situation Flow::situation(const LiveContact& contact, int warnings) {
  const auto now = clock_.now();
  while (!automatic_.empty() && now - automatic_.front().first >= kHour) automatic_.pop_front();
  policy::Situation s{contact.row.medium, &contact.state.assessment, warnings, contact.row.line, judge_->criteria().sector, zone_.local_time(now)};
  for (const auto& [at, kind] : automatic_) ++s.automatic[static_cast<std::size_t>(kind)];
  return s;
}

void Flow::apply_policy(LiveContact& contact, double phrase_start) {
  if (contact.row.ended_at != 0 && contact.row.level < 3) return;
  // What was said before the warning was over is no answer to it.
  const int heeded = phrase_start >= contact.warning_over_at ? contact.warnings : std::max(0, contact.warnings - 1);
  const auto proposals = policy::decide(policy_, situation(contact, heeded));
  for (const auto& proposal : proposals) {
    const bool over = contact.row.ended_at != 0;
    if (over && proposal.kind != ActionKind::kOpenCase && proposal.kind != ActionKind::kNotifySupervisor) continue;
    const auto same = std::ranges::find(contact.actions, proposal.kind, &ActionRecord::kind);
    if (same != contact.actions.end()) continue;  // once each; a person may do it again
    ActionRecord action;
    action.id = next_id_++;
    action.kind = proposal.kind;
    action.mode = proposal.mode;
    action.rule = proposal.rule;
    action.state = "proposed";
    action.at = clock_.now();
    contact.actions.push_back(action);
    json::object facts{{"action", contact::term(action.kind).id}, {"mode", to_id(action.mode)}, {"rule", action.rule}, {"policy", policy_.version}};
    if (proposal.limited) facts["limited"] = true;
    write(contact, "proposal", std::move(facts));
    if (proposal.mode == ActionMode::kAutomatic) {
      automatic_.emplace_back(clock_.now(), action.kind);
      contact.actions.back().by = "rule";
      start(contact, contact.actions.back());
    } else {
      narrate(contact, "  提案 " + std::string(contact::term(action.kind).ja) + "(" + action.rule + (proposal.mode == ActionMode::kConfirm ? "、確認待ち)" : "、助言)"));
    }
  }
  // Proposals that are no longer allowed (distress was recognised meanwhile) go away.
  std::erase_if(contact.actions, [&](const ActionRecord& a) {
    return a.state == "proposed" && !policy::allowed({contact.row.medium, &contact.state.assessment, contact.warnings}, a.kind);
  });
}

// ------------------------------------------------------------------------------------------------------- actions

void Flow::act(const std::string& id, ActionKind kind, const std::string& by, std::function<void(base::Result<ActionRecord>)> done) {
  auto* contact = find(id);
  if (!contact) return done(base::fail(ErrorCode::kNotFound, "この応対は進行中ではありません"));
  const bool needs_call = !command_of(kind).empty();
  if (needs_call && contact->row.ended_at != 0) return done(base::fail(ErrorCode::kConflict, "通話はすでに終わっています"));
  if (kind == ActionKind::kHandoverToVoicebot) return done(base::fail(ErrorCode::kUnavailable, "ボイスボットはまだ使えません"));
  std::string reason;
  if (!policy::allowed({contact->row.medium, &contact->state.assessment, contact->warnings}, kind, &reason)) {
    write(*contact, "refused", {{"action", contact::term(kind).id}, {"by", by}});
    return done(base::fail(ErrorCode::kPermissionDenied, reason));
  }
  auto same = std::ranges::find_if(contact->actions, [&](const ActionRecord& a) { return a.kind == kind && a.state == "proposed"; });
  if (same == contact->actions.end()) {
    if (std::ranges::any_of(contact->actions, [&](const ActionRecord& a) { return a.kind == kind && a.state == "running"; })) {
      return done(base::fail(ErrorCode::kConflict, "同じ対処を実行中です"));
    }
    ActionRecord action;
    action.id = next_id_++;
    action.kind = kind;
    action.mode = ActionMode::kConfirm;
    contact->actions.push_back(std::move(action));
    same = std::prev(contact->actions.end());
  }
  same->by = by;
  same->at = clock_.now();
  waiting_[same->id] = std::move(done);
  start(*contact, *same);
}

void Flow::start(LiveContact& contact, ActionRecord& action) {
  action.state = "running";
  narrate(contact, "  対処 " + std::string(contact::term(action.kind).ja) + (action.by == "rule" ? "(自動: " + action.rule + ")" : "(" + action.by + ")"));
  if (const auto command = command_of(action.kind); !command.empty()) {
    running_[action.id] = contact.row.id;
    out_.media({{"type", "command"}, {"id", action.id}, {"call", contact.row.id}, {"command", command}});
    return show(contact);
  }
  switch (action.kind) {
    case ActionKind::kNotifySupervisor:
      call_human(contact, action.rule);
      return finish(contact, action, "", 0);
    case ActionKind::kBlockNumber: {
      if (!contact::names_a_party(contact.row.party)) return finish(contact, action, "発信者の番号が分からないため、着信拒否にできません", 0);
      const auto now = clock_.now();
      if (!std::ranges::any_of(blocks_, [&](const auto& b) { return b.party == contact.row.party && blocked_now(b, now); })) {
        store::BlockRow block{.id = base::new_id(), .party = contact.row.party, .contact = contact.row.id, .reason = action.rule, .blocked_by = action.by, .blocked_at = now};
        blocks_.push_back(block);
        write(contact, "block", {{"block", block.id}, {"by", action.by}}, {{"party", block.party}}, {store::Store::put_block(keys_, block)});
        send_blocklist();
      }
      return finish(contact, action, "", 0);
    }
    case ActionKind::kOpenCase: {
      store::CaseRow c{.id = base::new_id(), .contact = contact.row.id, .state = "open", .level = contact.state.assessment.level, .categories = contact.row.categories, .opened_at = clock_.now(), .opened_by = action.by == "rule" ? "rule:" + action.rule : action.by};
      write(contact, "case", {{"case", c.id}, {"opened_by", c.opened_by}}, {}, {store::Store::open_case(c)});
      out_.wall({{"type", "cases_changed"}});
      return finish(contact, action, "", 0);
    }
    default: return finish(contact, action, "この対処はまだ使えません", 0);
  }
}

void Flow::command_result(const json::object& message) {
  const auto id = get_int(message, "id");
  const auto it = running_.find(id);
  if (it == running_.end()) return;
  auto* contact = find(it->second);
  running_.erase(it);
  if (!contact) return;
  const auto action = std::ranges::find(contact->actions, id, &ActionRecord::id);
  if (action == contact->actions.end() || action->state != "running") return;
  const bool ok = base::get_bool(message, "ok");
  finish(*contact, *action, ok ? "" : get_string(message, "error", "失敗しました"), get_double(message, "elapsed_ms"));
}

void Flow::finish(LiveContact& contact, ActionRecord& action, const std::string& error, double elapsed_ms) {
  action.state = error.empty() ? "done" : "failed";
  action.error = error;
  action.elapsed_ms = elapsed_ms;
  running_.erase(action.id);
  write(contact, "action",
        {{"action", contact::term(action.kind).id}, {"state", action.state}, {"by", action.by}, {"rule", action.rule}, {"mode", to_id(action.mode)}, {"error", error}, {"elapsed_ms", elapsed_ms}, {"policy", policy_.version}});
  if (!error.empty()) narrate(contact, "  対処できませんでした: " + error);
  show(contact);
  if (const auto it = waiting_.find(action.id); it != waiting_.end()) {
    auto done = std::move(it->second);
    waiting_.erase(it);
    if (error.empty())
      done(action);
    else
      done(base::fail(ErrorCode::kUnavailable, error));
  }
}

void Flow::call_human(LiveContact& contact, const std::string& rule) {
  contact.notified_at = clock_.now();
  contact.acknowledged_by.clear();
  const auto& a = contact.state.assessment;
  out_.wall({{"type", "alert"}, {"contact", contact.row.id}, {"level", a.level}, {"reason", a.reason}, {"reason_en", a.reason_en}, {"distress", a.flags.contains(contact::Flag::kDistress)}, {"rule", rule}, {"at", contact.notified_at}});
}

base::Result<> Flow::acknowledge(const std::string& id, const std::string& by) {
  auto* contact = find(id);
  if (!contact) return base::fail(ErrorCode::kNotFound, "この応対は進行中ではありません");
  contact->acknowledged_by = by;
  write(*contact, "acknowledged", {{"by", by}, {"after_ms", contact->notified_at ? clock_.now() - contact->notified_at : 0}});
  show(*contact);
  return {};
}

bool Flow::forget(const std::string& id) {
  constexpr std::size_t kMostForgotten = 1000;  // far more second passes than are ever under way
  const auto* contact = find(id);
  if (contact && contact->row.ended_at == 0) return false;
  if (forgotten_.size() >= kMostForgotten) forgotten_.erase(forgotten_.begin());
  forgotten_.push_back(id);
  if (!contact) return true;
  contacts_.erase(id);
  out_.wall({{"type", "removed"}, {"contact", id}});
  return true;
}

void Flow::heard_again(const std::string& id, const std::vector<contact::Utterance>& utterances, const std::string& engine, std::int64_t took_ms, const std::string& error) {
  if (forgotten(id)) return;
  store::Write w;
  const auto now = clock_.now();
  int turn = 0;
  for (const auto& u : utterances) {
    json::object facts{{"turn", turn++}, {"speaker", to_id(u.speaker)}, {"start", u.start}, {"end", u.end}, {"confidence", u.confidence}, {"engine", u.engine}};
    if (!u.emotion.empty()) facts["emotion"] = u.emotion;
    w.entries.push_back({id, now, "utterance_again", std::move(facts), {{"text", u.text}}});
  }
  w.entries.push_back({id, now, "second_pass", {{"engine", engine}, {"utterances", turn}, {"took_ms", took_ms}, {"error", error}}, {}});
  out_.write(std::move(w));
}

bool Flow::forgotten(const std::string& contact) const { return std::ranges::find(forgotten_, contact) != forgotten_.end(); }

void Flow::add_late(store::NewEntry entry) {
  if (forgotten(entry.contact)) return;
  store::Write w;
  w.entries.push_back(std::move(entry));
  out_.write(std::move(w));
}

void Flow::set_blocks(std::vector<store::BlockRow> blocks) {
  blocks_ = std::move(blocks);
  send_blocklist();
}

void Flow::lift_block(const store::BlockRow& block, const std::string& by) {
  const auto now = clock_.now();
  std::erase_if(blocks_, [&](const auto& b) { return b.id == block.id; });
  store::Write w;
  w.entries.push_back({block.contact, now, "unblock", {{"block", block.id}, {"by", by}}, {}});
  w.projections.push_back(store::Store::lift_block(block.id, by, now));
  out_.write(std::move(w));
  send_blocklist();
}

void Flow::send_blocklist() {
  json::array numbers;
  const auto now = clock_.now();
  for (const auto& block : blocks_) {
    if (blocked_now(block, now)) numbers.emplace_back(block.party);
  }
  out_.media({{"type", "blocklist"}, {"numbers", std::move(numbers)}});
}

// ---------------------------------------------------------------------------------------------------- the rest

void Flow::tick() {
  const auto now = clock_.now();
  for (auto it = contacts_.begin(); it != contacts_.end();) {
    auto& contact = it->second;
    if (contact.row.ended_at != 0 && now - contact.row.ended_at > 2'000) {
      for (auto& action : contact.actions) {
        if (action.state == "running") finish(contact, action, "通話が先に終わりました", 0);
      }
    }
    if (contact.row.ended_at != 0 && now - contact.row.ended_at > 30'000) {
      out_.wall({{"type", "removed"}, {"contact", contact.row.id}});
      if (contact_over && contact.row.state == "ended") contact_over(contact.row.id, contact.state.suspicion, contact.row.level);
      it = contacts_.erase(it);
      continue;
    }
    if (contact.audio_began_at != 0 && contact.row.ended_at == 0) {
      const double seconds = seconds_now(contact);
      judged(contact, judge_->tick(contact.state, seconds), seconds, seconds);
    }
    ++it;
  }
}

void Flow::set_matter(const std::string& id, const store::Matter& matter) {
  if (auto* contact = find(id)) {
    contact->state.contacts_on_matter = matter.contacts;
    contact->state.final_answers_before = matter.before.final_answers;
    show(*contact);
  }
}

void Flow::restore(store::ContactRow row, const std::vector<store::Entry>& entries) {
  LiveContact contact;
  contact.state.medium = row.medium;
  contact.state.assessment.criteria_version = judge_->criteria_version();
  contact.engine = engine_;
  contact.row = std::move(row);
  // Media gives position 0 of the recording when it says "bridged" again; until then the answer's time stands in.
  contact.audio_began_at = contact.row.answered_at;
  for (const auto& entry : entries) {
    if (entry.kind == "utterance" && !entry.content_erased) {
      auto u = utterance_from_entry(entry);
      u.turn = static_cast<int>(contact.transcript.size());
      contact.transcript.push_back(u);
      (void)judge_->hear(contact.state, u);
      if (u.speaker == Speaker::kCustomer) contact.levels.push_back(contact.state.assessment.level);
    } else if (entry.kind == "spotted") {
      (void)judge_->hear(contact.state, spotted_from_entry(entry));
    } else if (entry.kind == "action") {
      ActionRecord a;
      a.id = next_id_++;
      a.kind = contact::action_from_id(get_string(entry.facts, "action")).value_or(ActionKind::kNone);
      a.state = get_string(entry.facts, "state");
      a.by = get_string(entry.facts, "by");
      a.rule = get_string(entry.facts, "rule");
      a.at = entry.at;
      if (a.kind == ActionKind::kNotifySupervisor) contact.notified_at = entry.at;
      contact.actions.push_back(std::move(a));
    } else if (is_warning_heard(entry)) {
      ++contact.warnings;
      contact.warning_over_at = static_cast<double>(entry.at - contact.audio_began_at) / 1000.0;
      judge_->warned(contact.state);
    } else if (entry.kind == "acknowledged") {
      contact.acknowledged_by = get_string(entry.facts, "by");
    }
  }
  narrate(contact, "再接続: 記録から状態を復元しました");
  const auto row_back = contact.row;
  contacts_[row_back.id] = std::move(contact);
  if (contact_began && contact::names_a_party(row_back.party)) contact_began(row_back.id, row_back.party, row_back.started_at);
}

double Flow::seconds_now(const LiveContact& contact) const {
  return contact.audio_began_at == 0 ? 0 : static_cast<double>(clock_.now() - contact.audio_began_at) / 1000.0;
}

json::array Flow::live(bool full) const {
  json::array out;
  for (const auto& [id, contact] : contacts_) out.push_back(shown(contact, full));
  return out;
}

std::optional<json::object> Flow::live_contact(const std::string& id) const {
  const auto it = contacts_.find(id);
  if (it == contacts_.end()) return std::nullopt;
  return shown(it->second, true);
}

std::vector<std::string> Flow::live_ids() const {
  std::vector<std::string> out;
  for (const auto& [id, contact] : contacts_) {
    if (contact.row.ended_at == 0) out.push_back(id);
  }
  return out;
}

void Flow::write(const LiveContact& contact, std::string kind, json::object facts, json::object content, std::vector<store::Projection> more) {
  store::Write w;
  w.entries.push_back({contact.row.id, clock_.now(), std::move(kind), std::move(facts), std::move(content)});
  auto row = contact.row;
  if (row.ended_at == 0) row.state = "live";
  w.projections.push_back(store::Store::upsert_contact(keys_, std::move(row)));
  for (auto& projection : more) w.projections.push_back(std::move(projection));
  out_.write(std::move(w));
}

json::object Flow::shown(const LiveContact& contact, bool full) const {
  auto out = to_json(contact, full);
  out["many_contacts"] = contact.state.contacts_on_matter >= judge_->criteria().thresholds.contacts_on_matter;
  return out;
}

void Flow::show(const LiveContact& contact, bool full) {
  out_.wall({{"type", "contact"}, {"contact", shown(contact, full)}});
}

void Flow::narrate(const LiveContact& contact, const std::string& line) const {
  if (!out_.narrate) return;
  const double seconds = seconds_now(contact);
  char head[32];
  std::snprintf(head, sizeof head, "%02d:%04.1f", static_cast<int>(seconds) / 60, seconds - 60 * (static_cast<int>(seconds) / 60));
  out_.narrate("[" + contact.row.id.substr(contact.row.id.size() > 4 ? contact.row.id.size() - 4 : 0) + " " + head + "] " + line);
}

LiveContact* Flow::find(const std::string& id) {
  const auto it = contacts_.find(id);
  return it == contacts_.end() ? nullptr : &it->second;
}

LiveContact* Flow::find_stream(const std::string& stream, Speaker& speaker) {
  const auto slash = stream.rfind('/');
  if (slash == std::string::npos) return nullptr;
  speaker = stream.compare(slash, std::string::npos, "/agent") == 0 ? Speaker::kAgent : Speaker::kCustomer;
  return find(stream.substr(0, slash));
}

}  // namespace mamori::flow
