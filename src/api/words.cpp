// /api/v1/words: names and terms of the organisation's own, with their readings, for the built-in recogniser.
#include <algorithm>

#include "api/resources.h"

namespace mamori::api {

namespace json = base::json;
using base::ErrorCode;

namespace {

constexpr std::size_t kMostBytes = 120;  // of a spelling, and of a reading
constexpr std::size_t kMostWords = 20000;

// Kept together with its line in the journal; then the recogniser is told.
net::Response keep(Context& context, const Asker& asker, const store::OwnWordRow& row, const char* what, store::Projection projection) {
  store::Write write;
  write.entries.push_back({"", context.clock.now(), "words_changed", {{"what", what}, {"spelling", row.spelling}, {"reading", row.reading}, {"by", asker.user.name}}, {}});
  write.projections.push_back(std::move(projection));
  if (auto answer = not_kept(context, asker, std::move(write))) return std::move(*answer);
  if (context.words.changed) context.words.changed();
  return ok(json::object{});
}

net::Response list(Context& context, const net::Request&, const Asker& asker) {
  auto rows = context.store.own_words();
  if (!rows) return problem(rows.error(), asker.language);
  json::array out;
  for (const auto& w : *rows) out.push_back(json::object{{"spelling", w.spelling}, {"reading", w.reading}, {"added_by", w.added_by}, {"added_at", w.added_at}});
  return ok(json::object{{"words", std::move(out)}});
}

net::Response add(Context& context, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  store::OwnWordRow row{base::get_string(*body, "spelling"), base::get_string(*body, "reading"), asker.user.name, context.clock.now()};
  const auto bad = [](const std::string& text) { return text.empty() || text.size() > kMostBytes || text.find_first_of("\t\r\n#") != std::string::npos; };
  if (bad(row.spelling)) return problem(400, "語は1文字以上、40文字以内で書いてください", "A word is 1 to 40 characters", asker.language);
  if (bad(row.reading) || !context.words.can_be_said || !context.words.can_be_said(row.reading))
    return problem(400, "読みは、ひらがなかカタカナで書いてください", "Write the reading in hiragana or katakana", asker.language);
  auto rows = context.store.own_words();
  if (!rows) return problem(rows.error(), asker.language);
  if (rows->size() >= kMostWords) return problem(400, "登録できる語は20,000語までです", "At most 20,000 words", asker.language);
  if (std::ranges::any_of(*rows, [&](const auto& w) { return w.spelling == row.spelling && w.reading == row.reading; })) return ok(json::object{});
  return keep(context, asker, row, "added", store::Store::put_own_word(row));
}

net::Response drop(Context& context, const net::Request& request, const Asker& asker) {
  const store::OwnWordRow row{request.query_value("spelling"), request.query_value("reading"), asker.user.name, 0};
  auto rows = context.store.own_words();
  if (!rows) return problem(rows.error(), asker.language);
  if (std::ranges::none_of(*rows, [&](const auto& w) { return w.spelling == row.spelling && w.reading == row.reading; }))
    return problem(404, "この語は登録されていません", "This word is not in the list", asker.language);
  return keep(context, asker, row, "removed", store::Store::drop_own_word(row.spelling, row.reading));
}

}  // namespace

void add_word_routes(net::Router& router, Context& context) {
  const auto route = [&](const char* method, auto handler) {
    router.add(method, "/api/v1/words", signed_in(context, {"supervisor", "admin"}, [&context, handler](const net::Request& r, const Asker& a) { return handler(context, r, a); }));
  };
  route("GET", list);
  route("POST", add);
  route("DELETE", drop);
}

}  // namespace mamori::api
