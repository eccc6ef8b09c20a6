// /api/v1/replays: judging past contacts again by other criteria or action rules. Runs on threads of its own (replay/desk.h).
#include <algorithm>

#include "api/resources.h"

namespace mamori::api {

namespace json = base::json;
using base::ErrorCode;

namespace {

constexpr base::UnixMillis kMostPeriod = 2LL * 366 * 24 * 3600 * 1000;
constexpr std::size_t kMostListed = 1000;

json::object run_json(const replay::RunState& r) {
  json::object out{{"id", r.id}, {"by", r.by}, {"from", r.from}, {"to", r.to}, {"state", r.state}, {"error", r.error}, {"total", r.total}, {"done", r.done}, {"started_at", r.started_at}, {"ended_at", r.ended_at}};
  for (const auto& [key, value] : r.names) out[key] = value;
  out["report"] = r.report ? json::value(r.report->to_json()) : json::value(nullptr);
  return out;
}

net::Response not_there(Language language) { return problem(404, "この試行は残っていません。もう一度試してください", "This run is not kept any more. Start it again", language); }

// One side: {"criteria", "policy"}; "recorded" as criteria means what was judged at the time.
base::Result<replay::Side> side_of(Context& context, const json::object& body, const char* name, json::object& names) {
  const auto* value = body.if_contains(name);
  const json::object empty;
  const auto& side = value && value->is_object() ? value->get_object() : empty;
  const auto criteria = base::get_string(side, "criteria", "in_force");
  const auto policy = base::get_string(side, "policy", "in_force");
  replay::Side out;
  names[std::string("criteria_") + name] = criteria;
  names[std::string("policy_") + name] = policy;
  if (criteria != "recorded") {
    auto judge = context.replays.judge(criteria);
    if (!judge) return base::fail(judge.error());
    out.judge = std::move(*judge);
  }
  auto rules = context.replays.policy(policy);
  if (!rules) return base::fail(rules.error());
  out.policy = std::move(*rules);
  return out;
}

net::Response start(Context& context, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  replay::Plan plan;
  plan.from = base::get_int(*body, "from");
  plan.to = base::get_int(*body, "to");
  plan.by = asker.user.name;
  plan.zone = context.zone;
  if (plan.from < 0 || plan.to <= plan.from || plan.to - plan.from > kMostPeriod) {
    return problem(400, "期間は、始まりより後の日まで、長くて2年です", "The period ends after it begins and is at most two years", asker.language);
  }
  auto before = side_of(context, *body, "before", plan.names);
  if (!before) return problem(before.error(), asker.language);
  auto after = side_of(context, *body, "after", plan.names);
  if (!after) return problem(after.error(), asker.language);
  if (!after->judge) return problem(400, "試すほうの版を選んでください", "Choose the version to try", asker.language);
  plan.before = std::move(*before);
  plan.after = std::move(*after);
  auto id = context.replays.desk->start(std::move(plan));
  if (!id) return problem(id.error(), asker.language);
  return ok(run_json(*context.replays.desk->find(*id)), 202);
}

net::Response list(Context& context, const net::Request&, const Asker&) {
  json::array out;
  for (const auto& run : context.replays.desk->list()) out.push_back(run_json(run));
  return ok(json::object{{"replays", std::move(out)}});
}

net::Response show(Context& context, const net::Request& request, const Asker& asker) {
  const auto run = context.replays.desk->find(request.params.at("id"));
  return run ? ok(run_json(*run)) : not_there(asker.language);
}

net::Response cancel(Context& context, const net::Request& request, const Asker& asker) {
  if (!context.replays.desk->find(request.params.at("id"))) return not_there(asker.language);
  (void)context.replays.desk->cancel(request.params.at("id"));
  return ok(json::object{});
}

// The contacts behind one number, newest first.
net::Response contacts(Context& context, const net::Request& request, const Asker& asker) {
  const auto run = context.replays.desk->find(request.params.at("id"));
  if (!run || !run->report) return not_there(asker.language);
  const auto what = request.query_value("what");
  json::array out;
  std::int64_t total = 0;
  for (const auto& d : run->report->differences()) {
    if (!stands_behind(d, what)) continue;
    if (++total <= static_cast<std::int64_t>(kMostListed)) out.push_back(to_json(d));
  }
  return ok(json::object{{"contacts", std::move(out)}, {"total", total}});
}

}  // namespace

void add_replay_routes(net::Router& router, Context& context) {
  const auto route = [&](const char* method, const std::string& path, auto handler) {
    router.add(method, "/api/v1/replays" + path, signed_in(context, {"supervisor", "admin"}, [&context, handler](const net::Request& r, const Asker& a) { return handler(context, r, a); }));
  };
  route("GET", "", list);
  route("POST", "", start);
  route("GET", "/{id}", show);
  route("DELETE", "/{id}", cancel);
  route("GET", "/{id}/contacts", contacts);
}

}  // namespace mamori::api
