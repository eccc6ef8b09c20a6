// /api/v1/health, /api/v1/policy, /api/v1/journal: how the system is and what it would do.
#include "api/resources.h"

namespace mamori::api {

void add_system_routes(net::Router& router, Context& context) {
  // Without signing in: only that it is up, for a load balancer or a monitor.
  router.add("GET", "/api/v1/health", [&context](const net::Request& request) {
    const auto all = context.health();
    if (admit(context, request).empty()) return ok(base::json::object{{"status", all.at("status")}});
    return ok(all);
  });
  router.add("GET", "/api/v1/live-contacts", signed_in(context, {}, [&context](const net::Request&, const Asker& asker) {
    journal(context, "", "read_list", {{"by", asker.user.name}, {"what", "live"}});
    base::json::array contacts;
    context.on_core([&](flow::Flow& flow) { contacts = flow.live(true); });
    return ok(base::json::object{{"contacts", std::move(contacts)}});
  }));
  router.add("GET", "/api/v1/policy", signed_in(context, {}, [&context](const net::Request&, const Asker&) {
    base::json::object out;
    context.on_core([&](flow::Flow& flow) {
      out["version"] = flow.policy().version;
      base::json::array rules;
      for (const auto& r : flow.policy().rules) {
        rules.push_back(base::json::object{{"id", r.id}, {"why", r.why}, {"level", r.level}, {"warnings", r.warnings}, {"action", contact::term(r.action).id}, {"mode", to_id(r.mode)}});
      }
      out["rules"] = std::move(rules);
    });
    return ok(out);
  }));
  router.add("GET", "/api/v1/journal/verification", signed_in(context, {"admin"}, [&context](const net::Request&, const Asker& asker) {
    auto report = context.store.verify();
    if (!report) return problem(report.error(), asker.language);
    return ok(base::json::object{{"entries", report->entries}, {"head", report->head}, {"broken_at", report->broken_at}});
  }));
}

void add_routes(net::Router& router, Context& context) {
  add_session_routes(router, context);
  add_contact_routes(router, context);
  add_case_routes(router, context);
  add_block_routes(router, context);
  add_prompt_routes(router, context);
  add_voiceprint_routes(router, context);
  add_word_routes(router, context);
  add_rule_routes(router, context);
  add_replay_routes(router, context);
  add_feedback_routes(router, context);
  add_customer_routes(router, context);
  add_second_opinion_routes(router, context);
  add_system_routes(router, context);
}

}  // namespace mamori::api
