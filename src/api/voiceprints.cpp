// /api/v1/voiceprints and the enrolment of a case: who may be the same caller. Off unless the configuration says otherwise;
// every enrolment, comparison and erasure is in the journal (docs/adr/0016-voiceprint.md).
#include <cmath>
#include <filesystem>
#include <future>
#include <set>

#include "api/resources.h"
#include "base/ids.h"

namespace mamori::api {

namespace json = base::json;
using base::ErrorCode;

namespace {

constexpr double kLeastSeconds = 6;  // of speech, to enrol
constexpr base::UnixMillis kDay = 24LL * 3600 * 1000;

// The purposes there are: named ones, so that a purpose can be published and checked, and holds no personal data itself.
const std::set<std::string>& purposes() {
  static const std::set<std::string> kPurposes{"repeat_caller", "safety", "police"};
  return kPurposes;
}

net::Response off(const Asker& asker) {
  return problem(403, "声紋の機能は使わない設定になっています。使うかどうかは組織で決め、設定ファイルの [voiceprint] で有効にします",
                 "Voiceprints are switched off. The organisation decides whether to use them, in [voiceprint] of the configuration", asker.language);
}

json::object row_json(const store::VoiceprintRow& v) {
  return {{"id", v.id}, {"case", v.case_id}, {"number", v.case_number}, {"contact", v.contact}, {"purpose", v.purpose}, {"model", v.model}, {"seconds", static_cast<double>(v.speech_ms) / 1000}, {"enrolled_by", v.enrolled_by}, {"enrolled_at", v.enrolled_at}, {"expires_at", v.expires_at}};
}

base::Result<std::int64_t> commit(Context& context, store::Write write) {
  auto promise = std::make_shared<std::promise<base::Result<std::int64_t>>>();
  auto future = promise->get_future();
  write.done = [promise](base::Result<std::int64_t> r) { promise->set_value(std::move(r)); };
  context.store.journal().submit(std::move(write));
  if (future.wait_for(std::chrono::seconds(10)) != std::future_status::ready) return base::fail(ErrorCode::kUnavailable, "記録簿に書き込めないため、声紋を扱えません");
  return future.get();
}

base::Result<Voice> voice_of_contact(Context& context, const std::string& contact) {
  auto row = context.store.contact(contact);
  if (!row) return base::fail(row.error());
  const auto path = std::filesystem::path(context.recordings_dir) / row->recording;
  std::error_code ec;
  if (row->recording.empty() || row->recording.find('/') != std::string::npos || !std::filesystem::is_regular_file(path, ec)) {
    return base::fail(ErrorCode::kNotFound, "録音がないため、声紋を作れません");
  }
  return context.voices.of_recording(path.string());
}

net::Response list(Context& context, const net::Request&, const Asker& asker) {
  auto rows = context.store.voiceprints(false);
  if (!rows) return problem(rows.error(), asker.language);
  // Switched off with some left: they are still listed, so that they can be erased.
  if (!context.voices.enabled && rows->empty()) return off(asker);
  journal(context, "", "read_list", {{"by", asker.user.name}, {"what", "voiceprints"}, {"rows", static_cast<std::int64_t>(rows->size())}});
  json::array out;
  for (const auto& row : *rows) out.push_back(row_json(row));
  return ok(json::object{{"enabled", context.voices.enabled}, {"problem", context.voices.problem}, {"most_days", context.voices.most_days}, {"voiceprints", std::move(out)}});
}

net::Response enrol(Context& context, const net::Request& request, const Asker& asker) {
  if (!context.voices.enabled) return off(asker);
  if (!context.voices.of_recording) return problem({ErrorCode::kUnavailable, "声紋のモデルを読み込めません"}, asker.language);
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  const auto purpose = base::get_string(*body, "purpose");
  const auto days = base::get_int(*body, "days");
  if (!purposes().contains(purpose)) return problem(400, "声紋を登録する目的を選んでください", "Choose the purpose of the enrolment", asker.language);
  if (days < 1 || days > context.voices.most_days) {
    const auto most = std::to_string(context.voices.most_days);
    return problem(400, "保存期間は1日以上" + most + "日以内にしてください", "Keep it for 1 to " + most + " days", asker.language);
  }
  auto file = context.store.case_file(request.params.at("id"));
  if (!file) return problem(file.error(), asker.language);
  auto voice = voice_of_contact(context, file->contact);
  if (!voice) return problem(voice.error(), asker.language);
  if (voice->seconds < kLeastSeconds) return problem(400, "登録するには、発信者の発話が6秒以上必要です", "At least six seconds of the caller's speech are needed to enrol", asker.language);
  const auto now = context.clock.now();
  store::VoiceprintRow row{.id = base::new_id(), .case_id = file->id, .case_number = file->number, .contact = file->contact, .purpose = purpose, .model = voice->model, .vector = std::move(voice->vector), .speech_ms = std::llround(voice->seconds * 1000), .enrolled_by = asker.user.name, .enrolled_at = now, .expires_at = now + days * kDay};
  store::Write write;
  write.projections.push_back(store::Store::put_voiceprint(context.store.keys(), row));
  write.entries.push_back({file->contact, now, "voiceprint_enrolled", {{"voiceprint", row.id}, {"case", row.case_id}, {"purpose", purpose}, {"expires_at", row.expires_at}, {"by", row.enrolled_by}, {"seconds", voice->seconds}, {"model", row.model}}, {}});
  if (auto done = commit(context, std::move(write)); !done) return problem(done.error(), asker.language);
  context.voices.changed();
  return ok(row_json(row), 201);
}

base::Result<store::VoiceprintRow> find(Context& context, const std::string& id, bool open) {
  auto rows = context.store.voiceprints(open);
  if (!rows) return base::fail(rows.error());
  for (auto& row : *rows) {
    if (row.id == id) return std::move(row);
  }
  return base::fail(ErrorCode::kNotFound, "この声紋は見つかりません。消去されたか、期限が切れています");
}

// Erasing is possible whether or not the feature is on.
net::Response erase(Context& context, const net::Request& request, const Asker& asker) {
  auto row = find(context, request.params.at("id"), false);
  if (!row) return problem(row.error(), asker.language);
  const auto now = context.clock.now();
  store::Write write;
  write.projections.push_back(store::Store::erase_voiceprint(row->id, asker.user.name, now));
  write.entries.push_back({row->contact, now, "voiceprint_erased", {{"voiceprint", row->id}, {"case", row->case_id}, {"by", asker.user.name}}, {}});
  if (auto done = commit(context, std::move(write)); !done) return problem(done.error(), asker.language);
  if (context.voices.changed) context.voices.changed();
  context.on_core([&](flow::Flow& flow) { flow.forget_voice(row->id); });
  return ok(json::object{});
}

net::Response verify(Context& context, const net::Request& request, const Asker& asker) {
  if (!context.voices.enabled) return off(asker);
  if (!context.voices.of_recording) return problem({ErrorCode::kUnavailable, "声紋のモデルを読み込めません"}, asker.language);
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  const auto contact = base::get_string(*body, "contact");
  auto row = find(context, request.params.at("id"), true);
  if (!row) return problem(row.error(), asker.language);
  if (row->expires_at <= context.clock.now()) return problem({ErrorCode::kNotFound, "この声紋は見つかりません。消去されたか、期限が切れています"}, asker.language);
  auto voice = voice_of_contact(context, contact);
  if (!voice) return problem(voice.error(), asker.language);
  auto llr = context.voices.compare({row->model, row->vector, 0}, *voice);
  if (!llr) return problem(llr.error(), asker.language);
  const auto now = context.clock.now();
  store::Write write;
  write.entries.push_back({contact, now, "voiceprint_verified", {{"by", asker.user.name}, {"seconds", voice->seconds}, {"model", row->model}}, {{"voiceprint", row->id}, {"case", row->case_id}, {"number", row->case_number}, {"llr", *llr}}});
  // No answer without its line in the journal.
  if (auto done = commit(context, std::move(write)); !done) return problem(done.error(), asker.language);
  return ok(json::object{{"llr", *llr}, {"threshold", context.voices.threshold}, {"seconds", voice->seconds}, {"may_be_same", *llr >= context.voices.threshold}});
}

}  // namespace

void add_voiceprint_routes(net::Router& router, Context& context) {
  const auto bind = [&context](auto handler) {
    return [&context, handler](const net::Request& request, const Asker& asker) { return handler(context, request, asker); };
  };
  router.add("GET", "/api/v1/voiceprints", signed_in(context, {"supervisor", "admin"}, bind(list)));
  router.add("POST", "/api/v1/cases/{id}/voiceprint", signed_in(context, {"supervisor", "admin"}, bind(enrol)));
  router.add("DELETE", "/api/v1/voiceprints/{id}", signed_in(context, {"supervisor", "admin"}, bind(erase)));
  router.add("POST", "/api/v1/voiceprints/{id}/verify", signed_in(context, {"supervisor", "admin"}, bind(verify)));
}

}  // namespace mamori::api
