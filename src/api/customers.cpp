// The customer behind a contact: what had been between us in the last eight weeks over all numbers and addresses that people
// said are one person's (/api/v1/contacts/{id}/history, /links, /customer_name), and the search for the other contact (/api/v1/contacts/search). Every read and every change is in the journal.
#include <algorithm>
#include <optional>
#include <set>

#include "api/resources.h"
#include "base/ids.h"
#include "customer/history.h"

namespace mamori::api {

namespace json = base::json;
using store::ContactRow;

namespace {

constexpr std::size_t kMostReason = 2000;  // bytes
constexpr std::size_t kMostName = 200;
constexpr std::size_t kMostShown = 100;  // contacts

customer::Calendar calendar_of(const flow::TimeZone& zone) {
  return {[zone](base::UnixMillis at, int days_before) { return zone.midnight(at, days_before); }, [zone](base::UnixMillis at) { return zone.local_time(at).weekday; }};
}

json::object tally_json(const customer::Tally& t) { return {{"contacts", t.contacts}, {"minutes", t.minutes}}; }

json::array spans_json(const std::vector<customer::Span>& spans) {
  json::array out;
  for (const auto& s : spans) {
    json::object channels;
    for (const auto& [medium, tally] : s.by_medium) channels[to_id(medium)] = tally_json(tally);
    auto o = tally_json(s.all);
    o["from"] = s.from;
    o["channels"] = std::move(channels);
    out.push_back(std::move(o));
  }
  return out;
}

json::object contact_json(const ContactRow& c, base::UnixMillis now) {
  return {{"id", c.id}, {"medium", to_id(c.medium)}, {"party", c.party}, {"agent", c.agent}, {"state", c.state}, {"started_at", c.started_at}, {"minutes", customer::minutes_of(c, now)}, {"level", c.level}};
}

net::Response history(Context& context, const net::Request& request, const Asker& asker) {
  auto row = context.store.contact(request.params.at("id"));
  if (!row) return problem(row.error(), asker.language);
  const auto now = context.clock.now();
  const auto calendar = calendar_of(context.zone);
  auto customer = context.store.customer(*row, customer::first_moment(now, calendar));
  if (!customer) return problem(customer.error(), asker.language);
  store::Write read;
  read.entries.push_back({row->id, now, "read", {{"by", asker.user.name}, {"what", "history"}, {"contacts", static_cast<std::int64_t>(customer->contacts.size())}}, {}});
  if (auto answer = not_kept(context, asker, std::move(read))) return std::move(*answer);
  const auto h = customer::history(*customer, row->id, now, calendar);
  json::array contacts;
  for (std::size_t i = 0; i < customer->contacts.size() && i < kMostShown; ++i) {
    auto c = contact_json(customer->contacts[i], now);
    c["refusals"] = customer->answers[i].refusals;
    c["final_answers"] = customer->answers[i].final_answers;
    contacts.push_back(std::move(c));
  }
  json::array links;
  for (const auto& l : customer->links) links.push_back(json::object{{"id", l.id}, {"contact_a", l.contact_a}, {"contact_b", l.contact_b}, {"basis", l.basis}, {"by", l.linked_by}, {"at", l.linked_at}});
  json::array same_name;
  for (std::size_t i = 0; i < customer->same_name.size() && i < kMostShown; ++i) same_name.push_back(contact_json(customer->same_name[i], now));
  return ok(json::object{{"name", customer->name},
                         {"days", spans_json(h.days)},
                         {"weeks", spans_json(h.weeks)},
                         {"in_all", tally_json(h.in_all)},
                         {"before", json::object{{"refusals", h.before.refusals}, {"final_answers", h.before.final_answers}}},
                         {"contacts", std::move(contacts)},
                         {"links", std::move(links)},
                         {"same_name", std::move(same_name)}});
}

// Looks for a contact by what is known of it. What is looked for is personal: it comes in the body, not in an address that is
// written into logs, and the journal keeps that somebody searched, not for what.
net::Response search(Context& context, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  store::ContactSearch wanted{.text = base::get_string(*body, "text"), .from = base::get_int(*body, "from"), .before = base::get_int(*body, "before"), .not_of = base::get_string(*body, "not_of")};
  if (wanted.text.size() > kMostName) return problem(400, "探す言葉は200バイト以内で書いてください", "At most 200 bytes can be searched for", asker.language);
  if (!wanted.not_of.empty()) {
    if (auto row = context.store.contact(wanted.not_of); !row) return problem(row.error(), asker.language);
  }
  auto found = context.store.search(wanted);
  if (!found) return problem(found.error(), asker.language);
  const auto now = context.clock.now();
  store::Write read;
  read.entries.push_back({"", now, "read_list", {{"by", asker.user.name}, {"what", "search"}, {"rows", static_cast<std::int64_t>(found->contacts.size())}}, {}});
  if (auto answer = not_kept(context, asker, std::move(read))) return std::move(*answer);
  json::array contacts;
  for (const auto& [row, name] : found->contacts) {
    auto c = contact_json(row, now);
    c["name"] = name;
    contacts.push_back(std::move(c));
  }
  return ok(json::object{{"contacts", std::move(contacts)}, {"whole", found->whole}});
}

// A contact of which something may still be said. Its party is opened.
base::Result<ContactRow> living(Context& context, const std::string& id) {
  auto row = context.store.contact(id);
  if (row && row->erased_at != 0) return base::fail(base::ErrorCode::kConflict, "この応対の内容は消去されています");
  return row;
}

// Why, in the words of a person; nothing when it is missing or too long.
std::optional<std::string> reason_of(const json::object& body) {
  auto reason = base::get_string(body, "reason");
  if (reason.size() > kMostReason || reason.find_first_not_of(" \t\r\n") == std::string::npos) return std::nullopt;
  return reason;
}
net::Response needs_reason(const Asker& asker) { return problem(400, "理由を書いてください(2,000バイト以内)", "Say why, in 1 to 2,000 bytes", asker.language); }

// The judge's count of the contacts that go on is what it is from now on.
void tell_live(Context& context, const ContactRow& one) {
  auto customer = context.store.customer(one, context.clock.now() - 24LL * 3600 * 1000);
  if (!customer) return;
  for (const auto& c : customer->contacts) {
    if (c.state != "live") continue;
    const auto matter = context.store.matter(c.id, c.party, c.started_at);
    if (matter) context.on_core([&](flow::Flow& flow) { flow.set_matter(c.id, *matter); });
  }
}

// Whether a person had the two voices compared, and they were alike: on one of the contacts, against a case of the other.
bool voices_compared(Context& context, const ContactRow& a, const ContactRow& b) {
  for (const auto& [here, there] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    auto entries = context.store.entries(here->id);
    if (!entries) continue;
    for (const auto& e : *entries) {
      if (e.kind != "voiceprint_verified" || base::get_double(e.content, "llr") < context.voices.threshold) continue;
      const auto found = context.store.case_file(base::get_string(e.content, "case"));
      if (found && found->contact == there->id) return true;
    }
  }
  return false;
}

net::Response link(Context& context, const net::Request& request, const Asker& asker) {
  static const std::set<std::string> kBases{"number", "mail", "name", "voiceprint"};
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  const auto reason = reason_of(*body);
  if (!reason) return needs_reason(asker);
  const auto basis = base::get_string(*body, "basis");
  if (!kBases.contains(basis)) return problem(400, "何をもとに同じ人と判断したかを選んでください", "Say what this rests on: number, mail, name or voiceprint", asker.language);
  auto a = living(context, request.params.at("id"));
  if (!a) return problem(a.error(), asker.language);
  auto b = living(context, base::get_string(*body, "contact"));
  if (!b) return problem(b.error(), asker.language);
  auto one = context.store.are_one_customer(*a, *b);
  if (!one) return problem(one.error(), asker.language);
  if (*one) return problem(409, "この二つの応対は、すでに同じ人のものとして扱われています", "These two already count as one customer's", asker.language);
  if (basis == "voiceprint" && !voices_compared(context, *a, *b)) return problem(409, "声紋で結びつけるには、先に声紋を確かめてください", "Have the voiceprint compared first, with a result above the threshold", asker.language);
  const auto now = context.clock.now();
  store::PartyLink l{.id = base::new_id(), .contact_a = a->id, .contact_b = b->id, .basis = basis, .linked_by = asker.user.name, .linked_at = now};
  store::Write write;
  write.entries.push_back({a->id, now, "party_linked", {{"link", l.id}, {"with", b->id}, {"basis", basis}, {"by", asker.user.name}}, {{"reason", *reason}}});
  write.entries.push_back({b->id, now, "party_linked", {{"link", l.id}, {"with", a->id}, {"basis", basis}, {"by", asker.user.name}}, {}});
  write.projections.push_back(store::Store::link_parties(context.store.keys(), l, *a, *b));
  if (auto answer = not_kept(context, asker, std::move(write))) return std::move(*answer);
  tell_live(context, *a);
  return ok(json::object{{"id", l.id}}, 201);
}

net::Response unlink(Context& context, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  const auto reason = reason_of(*body);
  if (!reason) return needs_reason(asker);
  auto row = living(context, request.params.at("id"));
  if (!row) return problem(row.error(), asker.language);
  const auto now = context.clock.now();
  auto customer = context.store.customer(*row, now);
  if (!customer) return problem(customer.error(), asker.language);
  const auto found = std::ranges::find(customer->links, request.params.at("link"), &store::PartyLink::id);
  if (found == customer->links.end()) return problem(404, "この結びつきは見つかりません。すでに解かれているかもしれません", "There is no such link in force", asker.language);
  store::Write write;
  // Where the link was said, and where it is taken back.
  std::set<std::string> told{found->contact_a, found->contact_b, row->id};
  for (const auto& id : told) {
    write.entries.push_back({id, now, "party_unlinked", {{"link", found->id}, {"with", id == found->contact_a ? found->contact_b : found->contact_a}, {"by", asker.user.name}}, id == row->id ? json::object{{"reason", *reason}} : json::object{}});
  }
  write.projections.push_back(store::Store::unlink_parties(found->id, asker.user.name, now));
  if (auto answer = not_kept(context, asker, std::move(write))) return std::move(*answer);
  for (const auto& id : told) {
    if (auto other = context.store.contact(id)) tell_live(context, *other);
  }
  return ok(json::object{});
}

net::Response name(Context& context, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  auto text = base::get_string(*body, "name");
  if (text.size() > kMostName) return problem(400, "名前は200バイト以内で書いてください", "A name has at most 200 bytes", asker.language);
  auto row = living(context, request.params.at("id"));
  if (!row) return problem(row.error(), asker.language);
  const auto now = context.clock.now();
  store::Write write;
  json::object content;
  if (!text.empty()) content["name"] = text;
  write.entries.push_back({row->id, now, "customer_named", {{"by", asker.user.name}, {"given", !text.empty()}}, std::move(content)});
  write.projections.push_back(store::Store::put_customer_name(context.store.keys(), row->id, text, asker.user.name, now));
  if (auto answer = not_kept(context, asker, std::move(write))) return std::move(*answer);
  return ok(json::object{});
}

}  // namespace

void add_customer_routes(net::Router& router, Context& context) {
  const auto bind = [&context](auto handler) {
    return [&context, handler](const net::Request& request, const Asker& asker) { return handler(context, request, asker); };
  };
  router.add("POST", "/api/v1/contacts/search", signed_in(context, {"supervisor", "admin"}, bind(search)));
  router.add("GET", "/api/v1/contacts/{id}/history", signed_in(context, {"supervisor", "admin"}, bind(history)));
  router.add("POST", "/api/v1/contacts/{id}/links", signed_in(context, {"supervisor", "admin"}, bind(link)));
  router.add("DELETE", "/api/v1/contacts/{id}/links/{link}", signed_in(context, {"supervisor", "admin"}, bind(unlink)));
  router.add("PUT", "/api/v1/contacts/{id}/customer_name", signed_in(context, {"supervisor", "admin"}, bind(name)));
}

}  // namespace mamori::api
