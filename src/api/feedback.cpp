// Feedback on judgements: "right", or "wrong, because" (feedback/feedback.h), and the text it makes for training.
#include "feedback/feedback.h"

#include <map>

#include "api/resources.h"

namespace mamori::api {

namespace json = base::json;

namespace {

constexpr std::size_t kMostBecause = 4000;  // bytes

net::Response give(Context& context, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  auto row = context.store.contact(request.params.at("id"));
  if (!row) return problem(row.error(), asker.language);
  if (row->erased_at != 0) return problem(409, "この応対の内容は消去されています", "The content of this contact was erased", asker.language);
  feedback::Feedback f;
  f.contact = row->id;
  f.at = context.clock.now();
  f.by = asker.user.name;
  f.right = base::get_bool(*body, "right");
  f.because = base::get_string(*body, "because");
  f.criteria_version = row->criteria_version;
  if (const auto* turn = body->if_contains("turn"); turn && turn->is_int64()) f.turn = static_cast<int>(turn->get_int64());
  if (f.because.size() > kMostBecause) return problem(400, "理由は4,000バイト以内で書いてください", "A reason has at most 4,000 bytes", asker.language);
  if (!f.right && f.because.find_first_not_of(" \t\r\n") == std::string::npos) return problem(400, "どこが違うのか、理由を書いてください", "Say why it is wrong", asker.language);
  auto label = judge::label_from_json(*body);
  if (!label) {
    return problem(400, "危険度と種類が合いません。危険度2以上のときは種類を選び、1以下のときは選ばないでください", "Level 2 and above needs a kind; below it there is none", asker.language);
  }
  f.label = std::move(*label);
  store::Write write;
  write.entries.push_back(feedback::entry_of(f));
  if (auto answer = not_kept(context, asker, std::move(write))) return std::move(*answer);
  return ok(json::object{}, 201);
}

// How often people agreed, in all and by what it should have been; no words of anybody.
net::Response summary(Context& context, const net::Request&, const Asker& asker) {
  auto facts = context.store.facts("feedback", 0);
  if (!facts) return problem(facts.error(), asker.language);
  // The newest word on each part of a contact counts.
  std::map<std::pair<std::string, std::optional<int>>, feedback::Feedback> newest;
  for (const auto& [at, object] : *facts) {
    if (auto f = feedback::feedback_of(at, object)) newest[{f->contact, f->turn}] = std::move(*f);
  }
  std::int64_t right = 0;
  std::map<contact::Category, std::pair<std::int64_t, std::int64_t>> by;
  json::array wrong;
  for (const auto& [part, f] : newest) {
    right += f.right;
    for (const auto c : f.label.categories) ++(f.right ? by[c].first : by[c].second);
    if (!f.right) wrong.push_back(json::object{{"contact", f.contact}, {"at", f.at}, {"by", f.by}, {"level", f.label.level}});
  }
  json::array kinds;
  for (const auto& [c, n] : by) kinds.push_back(json::object{{"category", contact::term(c).id}, {"right", n.first}, {"wrong", n.second}});
  return ok(json::object{{"right", right}, {"wrong", static_cast<std::int64_t>(newest.size()) - right}, {"categories", std::move(kinds)}, {"wrong_contacts", std::move(wrong)}});
}

net::Response export_lines(Context& context, const net::Request&, const Asker& asker) {
  // The journal says who takes people's words before they are read.
  store::Write write;
  write.entries.push_back({"", context.clock.now(), "read", {{"by", asker.user.name}, {"what", "feedback"}}, {}});
  if (auto answer = not_kept(context, asker, std::move(write))) return std::move(*answer);
  auto items = feedback::labelled_of(context.store, 0);
  if (!items) return problem(items.error(), asker.language);
  net::Response response;
  response.content_type = "application/x-ndjson";
  for (const auto& item : *items) response.body += json::serialize(judge::to_json(item)) + "\n";
  return response;
}

}  // namespace

void add_feedback_routes(net::Router& router, Context& context) {
  const auto bind = [&context](auto handler) {
    return [&context, handler](const net::Request& request, const Asker& asker) { return handler(context, request, asker); };
  };
  router.add("POST", "/api/v1/contacts/{id}/feedback", signed_in(context, {"supervisor", "admin"}, bind(give)));
  router.add("GET", "/api/v1/feedback", signed_in(context, {"supervisor", "admin"}, bind(summary)));
  router.add("GET", "/api/v1/feedback/export", signed_in(context, {"admin"}, bind(export_lines)));
}

}  // namespace mamori::api
