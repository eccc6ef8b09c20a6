// /api/v1/cases: the first case list.
#include "api/resources.h"

namespace mamori::api {

void add_case_routes(net::Router& router, Context& context) {
  router.add("GET", "/api/v1/cases", signed_in(context, {"supervisor", "admin"}, [&context](const net::Request&, const Asker& asker) {
    auto rows = context.store.cases(500);
    if (!rows) return problem(rows.error(), asker.language);
    base::json::array out;
    for (const auto& c : *rows) {
      base::json::array categories;
      for (const auto& category : c.categories) categories.emplace_back(category);
      out.push_back(base::json::object{{"id", c.id}, {"number", c.number}, {"contact", c.contact}, {"state", c.state}, {"level", c.level}, {"categories", std::move(categories)}, {"opened_at", c.opened_at}, {"opened_by", c.opened_by}, {"owner", c.owner}});
    }
    return ok(base::json::object{{"cases", std::move(out)}});
  }));
}

}  // namespace mamori::api
