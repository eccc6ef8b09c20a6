// /api/v1/contacts: what is kept of each contact, its recording, and what may be done with it.
#include "api/resources.h"

#include <algorithm>
#include <filesystem>
#include <future>

#include "base/ids.h"
#include "contact/event_json.h"
#include "policy/policy.h"

namespace mamori::api {

namespace json = base::json;
using base::ErrorCode;
using contact::ActionKind;

namespace {

json::array texts(const std::vector<std::string>& items) {
  json::array out;
  for (const auto& item : items) out.emplace_back(item);
  return out;
}

json::object row_json(const store::ContactRow& c) {
  return {{"id", c.id},
          {"medium", to_id(c.medium)},
          {"line", c.line},
          {"agent", c.agent},
          {"party", c.party},
          {"state", c.state},
          {"started_at", c.started_at},
          {"answered_at", c.answered_at},
          {"ended_at", c.ended_at},
          {"end_reason", c.end_reason},
          {"level", c.level},
          {"categories", texts(c.categories)},
          {"flags", texts(c.flags)},
          {"criteria_version", c.criteria_version},
          {"has_recording", !c.recording.empty()},
          {"erased_at", c.erased_at}};
}

// The words of an entry; those of a finding in the form of today, however old the record is.
json::object content_json(const store::Entry& e) {
  json::object content = e.content;
  if (e.kind == "finding") contact::renew_counter_evidence(content);
  return content;
}

json::object entry_json(const store::Entry& e) {
  return {{"seq", e.seq}, {"at", e.at}, {"kind", e.kind}, {"facts", e.facts}, {"content", content_json(e)}, {"content_erased", e.content_erased}, {"hash", e.hash}};
}

// The newest second pass of the recording, whole; null when there is none. An older one stays in the events.
json::value second_pass_json(const std::vector<store::Entry>& entries) {
  const auto last = std::ranges::find(entries.rbegin(), entries.rend(), "second_pass", &store::Entry::kind);
  if (last == entries.rend()) return nullptr;
  json::array utterances;
  // Its utterances stand before it, in one write.
  const auto from = static_cast<std::int64_t>(entries.rend() - last) - 1 - base::get_int(last->facts, "utterances");
  for (auto i = std::max<std::int64_t>(0, from); i < static_cast<std::int64_t>(entries.rend() - last) - 1; ++i) {
    const auto& e = entries[static_cast<std::size_t>(i)];
    if (e.kind != "utterance_again") continue;
    json::object u = e.facts;
    u["text"] = base::get_string(e.content, "text");
    utterances.push_back(std::move(u));
  }
  json::object out{{"at", last->at}, {"engine", base::get_string(last->facts, "engine")}, {"took_ms", base::get_int(last->facts, "took_ms")}, {"error", base::get_string(last->facts, "error")}};
  out["utterances"] = std::move(utterances);
  return out;
}

// The newest second opinion of a language model, null when none was asked for. It decides nothing (src/opinion).
json::value second_opinion_json(const std::vector<store::Entry>& entries) {
  const auto last = std::ranges::find(entries.rbegin(), entries.rend(), "second_opinion", &store::Entry::kind);
  if (last == entries.rend()) return nullptr;
  json::object out = last->facts;
  out.erase("contact");
  out["at"] = last->at;
  out["reason"] = base::get_string(last->content, "reason");
  out["quote"] = base::get_string(last->content, "quote");
  out["content_erased"] = last->content_erased;
  return out;
}

net::Response list(Context& context, const net::Request& request, const Asker& asker) {
  const auto number = [&](const char* name, std::int64_t fallback) {
    const auto text = request.query_value(name);
    return text.empty() ? fallback : std::strtoll(text.c_str(), nullptr, 10);
  };
  const int limit = static_cast<int>(std::clamp<std::int64_t>(number("limit", 100), 1, 500));
  auto rows = context.store.contacts(limit, number("before", 0), static_cast<int>(std::clamp<std::int64_t>(number("level", 0), 0, 4)));
  if (!rows) return problem(rows.error(), asker.language);
  journal(context, "", "read_list", {{"by", asker.user.name}, {"rows", static_cast<std::int64_t>(rows->size())}});
  json::array out;
  for (const auto& row : *rows) out.push_back(row_json(row));
  return ok(json::object{{"contacts", std::move(out)}});
}

net::Response one(Context& context, const net::Request& request, const Asker& asker) {
  const auto& id = request.params.at("id");
  auto row = context.store.contact(id);
  if (!row) return problem(row.error(), asker.language);
  auto entries = context.store.entries(id);
  if (!entries) return problem(entries.error(), asker.language);
  journal(context, id, "read", {{"by", asker.user.name}, {"what", "contact"}});
  json::object out = row_json(*row);
  json::array events;
  for (const auto& entry : *entries) events.push_back(entry_json(entry));
  out["events"] = std::move(events);
  out["second_pass"] = second_pass_json(*entries);
  out["second_opinion"] = second_opinion_json(*entries);
  std::optional<json::object> live;
  context.on_core([&](flow::Flow& flow) { live = flow.live_contact(id); });
  out["live"] = live ? json::value(*live) : json::value(nullptr);
  return ok(out);
}

// The recording's path, or why there is none. A name from the database is still checked: it must be a plain file name.
base::Result<std::string> recording_path(Context& context, const std::string& id, const std::string& suffix) {
  auto row = context.store.contact(id);
  if (!row) return base::fail(row.error());
  if (row->recording.empty() || row->recording.find('/') != std::string::npos) return base::fail(ErrorCode::kNotFound, "録音はありません");
  auto path = std::filesystem::path(context.recordings_dir) / row->recording;
  if (!suffix.empty()) path.replace_extension(suffix);
  std::error_code ec;
  if (!std::filesystem::is_regular_file(path, ec)) return base::fail(ErrorCode::kNotFound, "録音のファイルが見つかりません");
  return path.string();
}

net::Response recording(Context& context, const net::Request& request, const Asker& asker) {
  const auto& id = request.params.at("id");
  auto path = recording_path(context, id, "");
  if (!path) return problem(path.error(), asker.language);
  // One line per playback, not one per range request.
  const auto range = request.header("range");
  if (range.empty() || range.starts_with("bytes=0-")) journal(context, id, "read", {{"by", asker.user.name}, {"what", "recording"}});
  net::Response response;
  response.content_type = "audio/wav";
  response.file = *path;
  return response;
}

net::Response peaks(Context& context, const net::Request& request, const Asker& asker) {
  auto path = recording_path(context, request.params.at("id"), ".peaks");
  if (!path) return problem(path.error(), asker.language);
  net::Response response;
  response.content_type = "application/octet-stream";
  response.file = *path;
  return response;
}

// An action on a contact that is over: opening a case and blocking still make sense.
net::Response act_on_past(Context& context, const std::string& id, ActionKind kind, const Asker& asker) {
  auto row = context.store.contact(id);
  if (!row) return problem(row.error(), asker.language);
  const auto now = context.clock.now();
  store::Write write;
  const json::object facts{{"action", contact::term(kind).id}, {"state", "done"}, {"by", asker.user.name}, {"mode", "confirm"}, {"rule", ""}, {"error", ""}, {"elapsed_ms", 0}};
  if (kind == ActionKind::kOpenCase) {
    store::CaseRow c{.id = base::new_id(), .contact = id, .state = "open", .level = row->level, .categories = row->categories, .opened_at = now, .opened_by = asker.user.name};
    write.projections.push_back(store::Store::open_case(c));
    write.entries.push_back({id, now, "case", {{"case", c.id}, {"opened_by", c.opened_by}}, {}});
  } else if (kind == ActionKind::kBlockNumber) {
    contact::Assessment assessment;
    for (const auto& flag : row->flags) {
      if (const auto f = contact::flag_from_id(flag)) assessment.flags.insert(*f);
    }
    std::string reason;
    if (!policy::allowed({row->medium, &assessment, 0}, kind, &reason)) return problem({ErrorCode::kPermissionDenied, reason}, asker.language);
    if (!contact::names_a_party(row->party)) return problem({ErrorCode::kUnavailable, "発信者の番号が分からないため、着信拒否にできません"}, asker.language);
    store::BlockRow block{.id = base::new_id(), .party = row->party, .contact = id, .reason = "", .blocked_by = asker.user.name, .blocked_at = now};
    write.projections.push_back(store::Store::put_block(context.store.keys(), block));
    write.entries.push_back({id, now, "block", {{"block", block.id}, {"by", block.blocked_by}}, {{"party", block.party}}});
  } else {
    return problem({ErrorCode::kConflict, "この応対は進行中ではありません"}, asker.language);
  }
  write.entries.push_back({id, now, "action", facts, {}});
  std::promise<base::Result<std::int64_t>> promise;
  auto future = promise.get_future();
  write.done = [&promise](base::Result<std::int64_t> r) { promise.set_value(std::move(r)); };
  context.store.journal().submit(std::move(write));
  if (auto done = future.get(); !done) return problem(done.error(), asker.language);
  if (kind == ActionKind::kBlockNumber) {
    auto blocks = context.store.blocks(true);
    if (blocks) context.on_core([&](flow::Flow& flow) { flow.set_blocks(std::move(*blocks)); });
  }
  return ok(facts);
}

net::Response act(Context& context, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  const auto kind = contact::action_from_id(base::get_string(*body, "kind"));
  if (!kind || *kind == ActionKind::kNone) return problem(400, "対処の種類が分かりません", "Unknown action", asker.language);
  if (asker.user.role == "operator" && *kind != ActionKind::kOpenCase && *kind != ActionKind::kNotifySupervisor) {
    return problem(403, "この操作をする権限がありません", "You are not allowed to do this", asker.language);
  }
  const auto& id = request.params.at("id");
  auto promise = std::make_shared<std::promise<base::Result<flow::ActionRecord>>>();
  auto future = promise->get_future();
  bool live = false;
  context.on_core([&](flow::Flow& flow) {
    live = flow.live_contact(id).has_value();
    if (live) flow.act(id, *kind, asker.user.name, [promise](base::Result<flow::ActionRecord> result) { promise->set_value(std::move(result)); });
  });
  if (!live) return act_on_past(context, id, *kind, asker);
  if (future.wait_for(std::chrono::seconds(5)) != std::future_status::ready) {
    return problem(503, "通話を扱う部分(media)から返事がありません", "The media role does not answer", asker.language);
  }
  auto result = future.get();
  if (!result) return problem(result.error(), asker.language);
  return ok(flow::to_json(*result));
}

net::Response acknowledge(Context& context, const net::Request& request, const Asker& asker) {
  base::Result<> result;
  context.on_core([&](flow::Flow& flow) { result = flow.acknowledge(request.params.at("id"), asker.user.name); });
  return result ? ok(json::object{}) : problem(result.error(), asker.language);
}

net::Response note(Context& context, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  const auto text = base::get_string(*body, "text");
  if (text.empty() || text.size() > 20'000) return problem(400, "メモは1文字以上、2万バイト以内で書いてください", "A note has 1 to 20,000 bytes", asker.language);
  auto row = context.store.contact(request.params.at("id"));
  if (!row) return problem(row.error(), asker.language);
  if (row->erased_at != 0) return problem(409, "この応対の内容は消去されています", "The content of this contact was erased", asker.language);
  store::Write write;
  write.entries.push_back({row->id, context.clock.now(), "note", {{"by", asker.user.name}}, {{"text", text}}});
  context.store.journal().submit(std::move(write));
  if (!context.store.journal().flush()) return not_yet_kept(asker.language);
  return ok(json::object{}, 201);
}

net::Response erase(Context& context, const net::Request& request, const Asker& asker) {
  auto row = context.store.contact(request.params.at("id"));
  if (!row) return problem(row.error(), asker.language);
  bool live = false;
  context.on_core([&](flow::Flow& flow) { live = !flow.forget(row->id); });
  if (live) return problem(409, "進行中の応対は消去できません", "A contact that is going on cannot be erased", asker.language);
  std::error_code ec;
  for (const auto* suffix : {"", ".peaks"}) {
    if (auto path = recording_path(context, row->id, suffix)) std::filesystem::remove(*path, ec);
  }
  if (auto done = context.store.journal().erase(row->id, context.clock.now(), asker.user.name); !done) return problem(done.error(), asker.language);
  if (context.voices.changed) context.voices.changed();  // a voiceprint made from it went with it
  return ok(json::object{});
}

}  // namespace

void add_contact_routes(net::Router& router, Context& context) {
  const auto bind = [&context](auto handler) {
    return [&context, handler](const net::Request& request, const Asker& asker) { return handler(context, request, asker); };
  };
  router.add("GET", "/api/v1/contacts", signed_in(context, {"supervisor", "admin"}, bind(list)));
  router.add("GET", "/api/v1/contacts/{id}", signed_in(context, {"supervisor", "admin"}, bind(one)));
  router.add("GET", "/api/v1/contacts/{id}/recording", signed_in(context, {"supervisor", "admin"}, bind(recording)));
  router.add("GET", "/api/v1/contacts/{id}/peaks", signed_in(context, {"supervisor", "admin"}, bind(peaks)));
  router.add("POST", "/api/v1/contacts/{id}/actions", signed_in(context, {}, bind(act)));
  router.add("POST", "/api/v1/contacts/{id}/acknowledge", signed_in(context, {}, bind(acknowledge)));
  router.add("POST", "/api/v1/contacts/{id}/notes", signed_in(context, {}, bind(note)));
  router.add("DELETE", "/api/v1/contacts/{id}/content", signed_in(context, {"admin"}, bind(erase)));
}

}  // namespace mamori::api
