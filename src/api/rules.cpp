// /api/v1/rules/{kind}: versions of the criteria and of the action rules. One set of handlers for both kinds.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/resources.h"
#include "judge/criteria_text.h"
#include "versions/content.h"

namespace mamori::api {

namespace fs = std::filesystem;
namespace json = base::json;
using base::ErrorCode;
using versions::Kind;

namespace {

constexpr std::size_t kMostName = 60;
constexpr std::size_t kMostNote = 1000;

json::object words(const base::Words& w) { return {{"ja", w.ja}, {"en", w.en}}; }
json::object words(std::string_view ja, std::string_view en) { return {{"ja", ja}, {"en", en}}; }

json::object facts(const store::VersionRow& v) {
  return {{"number", v.number}, {"name", v.name}, {"note", v.note}, {"author", v.author}, {"state", v.state}, {"step", v.step}, {"created_at", v.created_at}, {"changed_at", v.changed_at}, {"submitted_at", v.submitted_at}, {"reviewer", v.reviewer}, {"reviewed_at", v.reviewed_at}, {"alone", v.alone}, {"applies_from", v.applies_from}, {"in_force_at", v.in_force_at}, {"ended_at", v.ended_at}};
}

json::array list_of(const std::vector<base::Change>& changes) {
  static constexpr std::string_view kKinds[] = {"added", "removed", "changed"};
  json::array out;
  for (const auto& c : changes) {
    out.push_back(json::object{{"kind", kKinds[static_cast<int>(c.kind)]}, {"id", c.id}, {"what", words(c.what)}, {"before", words(c.before)}, {"after", words(c.after)}});
  }
  return out;
}

net::Response wrong(const base::Mistake& m, Language language) { return problem(400, m.line_ja(), m.line_en(), language); }

// The text of a request: as text, or as the value of a form, whose lines would mean nothing to anybody.
std::expected<std::string, base::Mistake> text_in(Kind kind, const json::object& body) {
  if (const auto* value = body.if_contains("value"); value && value->is_object()) {
    auto text = versions::text_of(kind, value->get_object());
    if (text) return text;
    auto mistake = text.error();
    mistake.line = 0;
    return std::unexpected(mistake);
  }
  const auto text = base::get_string(body, "text");
  auto checked = versions::check(kind, text);
  if (!checked) return std::unexpected(checked.error());
  return text;
}

// What people write beside a version.
std::optional<net::Response> too_long(const std::string& name, const std::string& note, Language language) {
  if (base::characters(name) > kMostName) return problem(400, "名前は60文字までです", "The name has at most 60 characters", language);
  if (base::characters(note) > kMostNote) return problem(400, "メモは1,000文字までです", "The note has at most 1,000 characters", language);
  return std::nullopt;
}

// Kept together with its line in the journal; then what applies is looked at again.
net::Response keep(Context& context, const Asker& asker, versions::Moved move, int status = 200) {
  store::Write write;
  write.entries.push_back({"", move.step.at, move.row.kind + "_changed", {{"what", move.step.what}, {"number", move.row.number}, {"by", asker.user.name}, {"sha256", store::sha256_hex(move.row.body)}}, {}});
  auto answer = facts(move.row);
  write.projections.push_back(store::Store::put_version(std::move(move.row), std::move(move.step)));
  if (auto not_done = not_kept(context, asker, std::move(write))) {
    if (not_done->status != 409) return std::move(*not_done);
    return problem({ErrorCode::kConflict, "この版は、もうその状態ではありません。画面を読み込み直してください"}, asker.language);
  }
  if (context.rules.refresh) {
    if (auto ok = context.rules.refresh(); !ok) return problem(ok.error(), asker.language);
  }
  return ok(answer, status);
}

json::array presets(const Context& context) {
  std::vector<fs::path> files;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(context.rules.presets_dir, ec)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  json::array out;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    const auto criteria = judge::read_criteria(text.str(), file.string());
    auto checked = versions::check(Kind::kCriteria, text.str());
    if (!criteria || !checked) continue;  // held by the tests; one that somebody broke is not offered
    checked->value.erase("version");
    out.push_back(json::object{{"id", file.stem().string()}, {"name", criteria->name}, {"text", text.str()}, {"value", std::move(checked->value)}});
  }
  return out;
}

// What a form of the criteria shows beside its fields.
json::object terms() {
  json::array thresholds;
  const judge::Thresholds ours;
  for (const auto& t : judge::threshold_terms()) {
    thresholds.push_back(json::object{{"id", t.id}, {"name", words(t.ja, t.en)}, {"unit", words(t.unit_ja, t.unit_en)}, {"basis", words(t.basis_ja, t.basis_en)}, {"least", t.least}, {"most", t.most}, {"default", t.value(ours)}});
  }
  json::array categories;
  for (int i = 0; i < contact::kCategoryCount; ++i) {
    const auto c = static_cast<contact::Category>(i);
    categories.push_back(json::object{{"id", contact::term(c).id}, {"basis", contact::official_basis(c)}});
  }
  return {{"thresholds", std::move(thresholds)}, {"categories", std::move(categories)}};
}

base::Result<std::string> body_in_force(Context& context, Kind kind) {
  return context.rules.text ? context.rules.text(kind) : std::string{};
}

net::Response list(Context& context, Kind kind, const Asker& asker) {
  auto rows = context.store.versions(std::string(to_id(kind)));
  if (!rows) return problem(rows.error(), asker.language);
  auto admins = context.store.admin_count();
  if (!admins) return problem(admins.error(), asker.language);
  json::array out;
  for (const auto& row : *rows) out.push_back(facts(row));
  json::object answer{{"versions", std::move(out)}, {"administrators", *admins}};
  if (context.rules.state) {
    auto state = context.rules.state(kind);
    answer["in_force"] = state["number"];
    answer["refused"] = state["refused"];
    if (auto checked = versions::check(kind, context.rules.text(kind))) {
      answer["text"] = checked->text;
      answer["value"] = std::move(checked->value);
    }
  }
  if (kind == Kind::kCriteria) {
    answer["presets"] = presets(context);
    answer["terms"] = terms();
  } else {
    answer["time_zone"] = context.zone.name();
  }
  return ok(answer);
}

base::Result<store::VersionRow> find(Context& context, Kind kind, const net::Request& request) {
  const auto& text = request.params.at("number");
  return context.store.version(std::string(to_id(kind)), std::strtoll(text.c_str(), nullptr, 10));
}

net::Response show(Context& context, Kind kind, const net::Request& request, const Asker& asker) {
  auto row = find(context, kind, request);
  if (!row) return problem(row.error(), asker.language);
  auto steps = context.store.version_steps(row->kind, row->number);
  if (!steps) return problem(steps.error(), asker.language);
  auto answer = facts(*row);
  answer["text"] = row->body;
  auto checked = versions::check(kind, row->body);
  answer["value"] = checked ? json::value(std::move(checked->value)) : json::value(nullptr);
  answer["problem"] = checked ? json::value(nullptr) : json::value(json::object{{"line", checked.error().line}, {"ja", checked.error().ja}, {"en", checked.error().en}});
  json::array life;
  for (const auto& s : *steps) life.push_back(json::object{{"at", s.at}, {"by", s.actor}, {"what", s.what}, {"note", s.note}});
  answer["steps"] = std::move(life);
  return ok(answer);
}

// Before it is kept: is it right, what does a form show of it, and what would change against what is in force now.
net::Response check(Context& context, Kind kind, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  auto text = text_in(kind, *body);
  if (!text) return wrong(text.error(), asker.language);
  auto checked = versions::check(kind, *text);
  if (!checked) return wrong(checked.error(), asker.language);
  auto now = body_in_force(context, kind);
  if (!now) return problem(now.error(), asker.language);
  auto changed = versions::changes(kind, *now, *text);
  return ok(json::object{{"text", *text}, {"value", std::move(checked->value)}, {"changes", changed ? list_of(*changed) : json::array{}}});
}

net::Response create(Context& context, Kind kind, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  auto text = text_in(kind, *body);
  if (!text) return wrong(text.error(), asker.language);
  const auto name = base::get_string(*body, "name");
  const auto note = base::get_string(*body, "note");
  if (auto no = too_long(name, note, asker.language)) return std::move(*no);
  auto rows = context.store.versions(std::string(to_id(kind)));
  if (!rows) return problem(rows.error(), asker.language);
  const auto number = rows->empty() ? 1 : rows->front().number + 1;
  return keep(context, asker, versions::create(kind, number, name, std::move(*text), note, asker.user.name, context.clock.now()), 201);
}

// The row, when it is still as the person saw it.
base::Result<store::VersionRow> as_seen(Context& context, Kind kind, const net::Request& request, const json::object& body) {
  auto row = find(context, kind, request);
  if (row && base::get_int(body, "step", row->step) != row->step) return base::fail(ErrorCode::kConflict, "この版は、もうその状態ではありません。画面を読み込み直してください");
  return row;
}

net::Response edit(Context& context, Kind kind, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  auto row = as_seen(context, kind, request, *body);
  if (!row) return problem(row.error(), asker.language);
  auto text = text_in(kind, *body);
  if (!text) return wrong(text.error(), asker.language);
  const auto name = base::get_string(*body, "name", row->name);
  const auto note = base::get_string(*body, "note", row->note);
  if (auto no = too_long(name, note, asker.language)) return std::move(*no);
  auto move = versions::edit(std::move(*row), name, std::move(*text), note, asker.user.name, context.clock.now());
  if (!move) return problem(move.error(), asker.language);
  return keep(context, asker, std::move(*move));
}

net::Response step(Context& context, Kind kind, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  auto row = as_seen(context, kind, request, *body);
  if (!row) return problem(row.error(), asker.language);
  const auto what = base::get_string(*body, "what");
  const auto note = base::get_string(*body, "note");
  if (auto no = too_long("", note, asker.language)) return std::move(*no);
  const auto now = context.clock.now();
  const auto& by = asker.user.name;
  const bool admin = asker.user.role == "admin";
  const bool own = row->author == by;
  const auto not_allowed = [&] { return problem(403, "この操作をする権限がありません", "You are not allowed to do this", asker.language); };
  // A program that was changed meanwhile may read it differently than when it was written.
  if (what == "submitted" || what == "approved") {
    if (auto checked = versions::check(kind, row->body); !checked) return wrong(checked.error(), asker.language);
  }
  versions::Move move = base::fail(ErrorCode::kInvalidArgument, "what は submitted、sent_back、approved、withdrawn のどれかです");
  if (what == "submitted") {
    move = versions::submit(std::move(*row), by, now);
  } else if (what == "sent_back") {
    if (!admin && !own) return not_allowed();
    move = versions::send_back(std::move(*row), note, by, now);
  } else if (what == "approved") {
    if (!admin) return not_allowed();
    auto admins = context.store.admin_count();
    if (!admins) return problem(admins.error(), asker.language);
    move = versions::approve(std::move(*row), base::get_int(*body, "applies_from"), note, by, *admins, now);
  } else if (what == "withdrawn") {
    if (!admin && !own) return not_allowed();
    move = versions::withdraw(std::move(*row), note, by, now);
  }
  if (!move) return problem(move.error(), asker.language);
  return keep(context, asker, std::move(*move));
}

// Against another version, or (0) against what is in force.
net::Response compare(Context& context, Kind kind, const net::Request& request, const Asker& asker) {
  auto row = find(context, kind, request);
  if (!row) return problem(row.error(), asker.language);
  const auto other = std::strtoll(request.query_value("against").c_str(), nullptr, 10);
  base::Result<std::string> before = body_in_force(context, kind);
  if (other > 0) {
    auto against = context.store.version(row->kind, other);
    before = against ? base::Result<std::string>(std::move(against->body)) : base::fail(against.error());
  }
  if (!before) return problem(before.error(), asker.language);
  auto changed = versions::changes(kind, *before, row->body);
  if (!changed) return wrong(changed.error(), asker.language);
  return ok(json::object{{"changes", list_of(*changed)}});
}

}  // namespace

void add_rule_routes(net::Router& router, Context& context) {
  const auto route = [&](const char* method, const std::string& path, auto handler) {
    router.add(method, "/api/v1/rules/{kind}" + path, signed_in(context, {"supervisor", "admin"}, [&context, handler](const net::Request& request, const Asker& asker) {
      const auto kind = versions::kind_from_id(request.params.at("kind"));
      if (!kind) return problem(404, "criteria か policy を指定してください", "Ask for criteria or policy", asker.language);
      return handler(context, *kind, request, asker);
    }));
  };
  route("GET", "", [](Context& c, Kind k, const net::Request&, const Asker& a) { return list(c, k, a); });
  route("POST", "", create);
  route("POST", "/check", check);
  route("GET", "/{number}", show);
  route("PUT", "/{number}", edit);
  route("POST", "/{number}/steps", step);
  route("GET", "/{number}/changes", compare);
}

}  // namespace mamori::api
