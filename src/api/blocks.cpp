// /api/v1/blocks: numbers whose calls are refused.
#include "api/resources.h"

#include <algorithm>

namespace mamori::api {

void add_block_routes(net::Router& router, Context& context) {
  router.add("GET", "/api/v1/blocks", signed_in(context, {"supervisor", "admin"}, [&context](const net::Request&, const Asker& asker) {
    auto rows = context.store.blocks(false);
    if (!rows) return problem(rows.error(), asker.language);
    journal(context, "", "read_list", {{"by", asker.user.name}, {"what", "blocks"}, {"rows", static_cast<std::int64_t>(rows->size())}});
    base::json::array out;
    for (const auto& b : *rows) {
      out.push_back(base::json::object{{"id", b.id}, {"party", b.party}, {"contact", b.contact}, {"reason", b.reason}, {"blocked_by", b.blocked_by}, {"blocked_at", b.blocked_at}, {"expires_at", b.expires_at}, {"lifted_at", b.lifted_at}});
    }
    return ok(base::json::object{{"blocks", std::move(out)}});
  }));
  router.add("DELETE", "/api/v1/blocks/{id}", signed_in(context, {"supervisor", "admin"}, [&context](const net::Request& request, const Asker& asker) {
    auto rows = context.store.blocks(true);
    if (!rows) return problem(rows.error(), asker.language);
    const auto block = std::ranges::find(*rows, request.params.at("id"), &store::BlockRow::id);
    if (block == rows->end()) return problem(404, "この着信拒否はありません", "There is no such block", asker.language);
    context.on_core([&](flow::Flow& flow) { flow.lift_block(*block, asker.user.name); });
    // Whoever reads the list next finds it as it is now.
    if (!context.store.journal().flush()) return not_yet_kept(asker.language);
    return ok(base::json::object{});
  }));
}

}  // namespace mamori::api
