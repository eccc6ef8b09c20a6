// /api/v1/second_opinions: the contacts that a language model sees otherwise than the judge did, for a person to look at again.
#include <map>
#include <set>

#include "api/resources.h"

namespace mamori::api {

namespace json = base::json;

namespace {

constexpr base::UnixMillis kLookBack = 90LL * 24 * 3600 * 1000;
constexpr std::size_t kMostShown = 200;

net::Response list(Context& context, const net::Request&, const Asker& asker) {
  const auto since = context.clock.now() - kLookBack;
  auto opinions = context.store.facts("second_opinion", since);
  if (!opinions) return problem(opinions.error(), asker.language);
  auto feedback = context.store.facts("feedback", since);
  if (!feedback) return problem(feedback.error(), asker.language);
  std::map<std::string, base::UnixMillis> looked_at;
  for (const auto& [at, facts] : *feedback) looked_at[base::get_string(facts, "contact")] = at;
  json::array out;
  std::set<std::string> seen;  // the newest opinion on a contact counts
  for (auto it = opinions->rbegin(); it != opinions->rend() && out.size() < kMostShown; ++it) {
    const auto& [at, facts] = *it;
    const auto id = base::get_string(facts, "contact");
    if (!seen.insert(id).second || base::get_string(facts, "state") != "answered" || base::get_bool(facts, "agrees", true)) continue;
    auto row = context.store.contact(id);
    if (!row || row->erased_at != 0) continue;
    const auto looked = looked_at.find(id);
    json::array categories;
    for (const auto& c : row->categories) categories.emplace_back(c);
    out.push_back(json::object{{"contact", id},
                               {"at", at},
                               {"medium", to_id(row->medium)},
                               {"started_at", row->started_at},
                               {"agent", row->agent},
                               {"level", row->level},
                               {"categories", std::move(categories)},
                               {"model", base::get_string(facts, "model")},
                               {"opinion_level", base::get_int(facts, "level")},
                               {"opinion_categories", facts.contains("categories") ? facts.at("categories") : json::array{}},
                               {"opinion_flags", facts.contains("flags") ? facts.at("flags") : json::array{}},
                               {"reviewed", looked != looked_at.end() && looked->second >= at}});
  }
  journal(context, "", "read_list", {{"by", asker.user.name}, {"what", "second_opinions"}, {"rows", static_cast<std::int64_t>(out.size())}});
  return ok(json::object{{"contacts", std::move(out)}});
}

}  // namespace

void add_second_opinion_routes(net::Router& router, Context& context) {
  router.add("GET", "/api/v1/second_opinions", signed_in(context, {"supervisor", "admin"}, [&context](const net::Request& request, const Asker& asker) { return list(context, request, asker); }));
}

}  // namespace mamori::api
