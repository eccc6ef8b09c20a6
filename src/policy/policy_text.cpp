#include "policy/policy_text.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace mamori::policy {
namespace {

using base::Change;
using base::ErrorCode;
using base::toml_text;
using base::Words;
using contact::ActionKind;
using contact::ActionMode;
using contact::Medium;

constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::string_view kDaysJa[] = {"月", "火", "水", "木", "金", "土", "日"};
constexpr int kMostAnHour = 1000;

// 17:15 → 1035; 24:00 only as an end.
std::optional<int> minute_of(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hour = (text[0] - '0') * 10 + text[1] - '0';
  const int minute = (text[3] - '0') * 10 + text[4] - '0';
  if (minute > 59 || hour > 24 || (hour == 24 && minute > 0)) return std::nullopt;
  return hour * 60 + minute;
}

std::optional<Hours> hours_of(std::string_view text) {
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const auto begin = minute_of(text.substr(0, 5));
  const auto end = minute_of(text.substr(6));
  if (!begin || !end || *begin == *end || *begin == 1440 || *end == 0) return std::nullopt;
  return Hours{*begin, *end};
}

std::string clock(int minute) {
  char text[8];
  std::snprintf(text, sizeof text, "%02d:%02d", minute / 60 % 100, minute % 60);
  return text;
}

class PolicyReader : base::TomlReader {
 public:
  using TomlReader::TomlReader;

  std::expected<Policy, base::Mistake> read(const toml::table& root) {
    only(root, {"version", "limits", "rule"});
    Policy policy;
    policy.version = text(root, "version", {0, 64});
    if (const auto* t = table(root, "limits")) limits(*t, policy);
    const auto* list = tables(root, "rule", kMostRules);
    if (!list) wrong(root, "[[rule]] がありません", "there is no [[rule]]");
    if (list) {
      for (const auto& item : *list) {
        auto one = rule(*item.as_table());
        if (std::ranges::find(policy.rules, one.id, &Rule::id) != policy.rules.end()) {
          wrong(item, "id \"" + one.id + "\" が 2 回使われています", "the id \"" + one.id + "\" is used twice");
        }
        policy.rules.push_back(std::move(one));
      }
    }
    if (!good()) return std::unexpected(mistake());
    return policy;
  }

 private:
  void limits(const toml::table& t, Policy& policy) {
    for (const auto& [key, node] : t) {
      const auto action = contact::action_from_id(key.str());
      const std::string name(key.str());
      if (!action || !touches_the_customer(*action)) {
        wrong(node, "「" + name + "」には、自動の上限はありません(お客様に触れる対処だけです)", "\"" + name + "\" has no limit: only what touches the customer has");
      } else if (const auto n = whole(t, key.str(), 0, kMostAnHour)) {
        policy.most_automatic_an_hour[*action] = *n;
      }
    }
  }

  template <typename Put>
  void each(const toml::table& t, std::string_view key, std::size_t most, Put put) {
    if (const auto* list = texts(t, key, most, {1, 60})) {
      for (const auto& item : *list) put(item, item.value_or(std::string{}));
    }
  }

  Rule rule(const toml::table& t) {
    only(t, {"id", "why", "level", "categories", "warnings", "flag", "media", "lines", "hours", "days", "sectors", "action", "mode"});
    Rule r;
    r.id = text(t, "id", {1, 60});
    r.why = text(t, "why", {0, 300});
    // A level in quotes read as 0 would let a rule fire on everybody: whole() refuses it.
    r.level = whole(t, "level", 0, 4).value_or(0);
    r.warnings = whole(t, "warnings", 0, 9).value_or(0);
    const auto of_rule = [&](const std::string& ja, const std::string& en, std::string_view key) { wrong(t, key, "ルール \"" + r.id + "\": " + ja, "rule \"" + r.id + "\": " + en); };
    const auto action = contact::action_from_id(text(t, "action", {1, 60}));
    if (!action || *action == ActionKind::kNone) of_rule("知らない対処(action)です", "unknown action", "action");
    r.action = action.value_or(ActionKind::kNone);
    const auto mode = text(t, "mode", {1, 60});
    if (mode != "automatic" && mode != "confirm" && mode != "advise") of_rule("mode は automatic、confirm、advise のどれかです", "mode must be automatic, confirm or advise", "mode");
    r.mode = mode == "automatic" ? ActionMode::kAutomatic : mode == "advise" ? ActionMode::kAdvise
                                                                             : ActionMode::kConfirm;
    if (const auto flag = text(t, "flag", {0, 60}); !flag.empty()) {
      r.flag = contact::flag_from_id(flag);
      if (!r.flag) of_rule("知らないしるし(flag)です", "unknown flag", "flag");
    }
    each(t, "categories", contact::kCategoryCount, [&](const toml::node& n, const std::string& id) {
      if (const auto c = contact::category_from_id(id))
        r.categories.insert(*c);
      else
        wrong(n, "「" + id + "」という種類はありません", "unknown category \"" + id + "\"");
    });
    each(t, "media", 6, [&](const toml::node& n, const std::string& id) {
      if (const auto m = contact::medium_from_id(id))
        r.media.insert(*m);
      else
        wrong(n, "「" + id + "」という経路はありません", "unknown medium \"" + id + "\"");
    });
    each(t, "lines", 100, [&](const toml::node& n, const std::string& line) {
      if (line == "*" || line.find('*') < line.size() - 1) wrong(n, "* は、番号の終わりにだけ書けます(例: \"03123*\")", "* stands only at the end of a number (\"03123*\")");
      r.lines.insert(line);
    });
    each(t, "hours", 10, [&](const toml::node& n, const std::string& h) {
      if (const auto hours = hours_of(h))
        r.hours.push_back(*hours);
      else
        wrong(n, "時間帯は \"17:15-08:30\" のように書いてください", "hours are written \"17:15-08:30\"");
    });
    each(t, "days", 7, [&](const toml::node& n, const std::string& d) {
      const auto* day = std::ranges::find(kDays, d);
      if (day == std::end(kDays)) return wrong(n, "曜日は mon tue wed thu fri sat sun です", "days are mon tue wed thu fri sat sun");
      r.days.insert(static_cast<int>(day - kDays));
    });
    each(t, "sectors", 20, [&](const toml::node&, const std::string& s) { r.sectors.insert(s); });
    return r;
  }
};

base::Result<Policy> with_version(std::expected<Policy, base::Mistake> read, const std::string& file) {
  if (!read) return base::fail(read.error().error());
  if (read->version.empty()) return base::fail(base::Mistake{file, 1, "version を書いてください", "version is missing"}.error());
  return std::move(*read);
}

std::string day_list(const std::set<int>& days, bool ja) {
  std::string out;
  for (const int d : days) out += (out.empty() || ja ? "" : " ") + std::string(ja ? kDaysJa[d] : kDays[d]);
  return out;
}

Words medium_words(Medium m) {
  switch (m) {
    case Medium::kPhone: return {"電話", "phone"};
    case Medium::kMail: return {"メール", "mail"};
    case Medium::kChat: return {"チャット", "chat"};
    case Medium::kForm: return {"フォーム", "form"};
    case Medium::kTicket: return {"チケット", "ticket"};
    case Medium::kCounter: return {"窓口", "counter"};
  }
  return {};
}

Words mode_words(ActionMode m) { return m == ActionMode::kAutomatic ? Words{"自動", "automatic"} : m == ActionMode::kConfirm ? Words{"確認", "confirm"}
                                                                                                                             : Words{"助言", "advise"}; }

// Joins what `words` gives for each item; "すべて" when there are none.
template <typename List, typename Of>
Words joined(const List& list, Of words) {
  if (list.empty()) return {"限らない", "any"};
  Words out;
  for (const auto& item : list) {
    const Words w = words(item);
    out.ja += (out.ja.empty() ? "" : "・") + w.ja;
    out.en += (out.en.empty() ? "" : ", ") + w.en;
  }
  return out;
}
Words number(int n) { return {std::to_string(n), std::to_string(n)}; }
Words same(const std::string& text) { return {text, text}; }

struct Field {
  std::string_view id;
  Words what;
  Words value;
};

// Everything a rule says, in the order in which people read it.
std::vector<Field> fields(const Rule& r) {
  const auto term = [](const auto& x) { return Words{std::string(contact::term(x).ja), std::string(contact::term(x).en)}; };
  return {{"level", {"危険度", "level"}, number(r.level)},
          {"categories", {"種類", "categories"}, joined(r.categories, term)},
          {"flag", {"しるし", "flag"}, r.flag ? term(*r.flag) : Words{"限らない", "any"}},
          {"warnings", {"警告の回数", "warnings"}, number(r.warnings)},
          {"media", {"経路", "media"}, joined(r.media, medium_words)},
          {"lines", {"回線", "lines"}, joined(r.lines, same)},
          {"hours", {"時間帯", "hours"}, joined(r.hours, [](const Hours& h) { return same(to_text(h)); })},
          {"days", {"曜日", "days"}, r.days.empty() ? Words{"限らない", "any"} : Words{day_list(r.days, true), day_list(r.days, false)}},
          {"sectors", {"業種", "sectors"}, joined(r.sectors, same)},
          {"action", {"対処", "action"}, term(r.action)},
          {"mode", {"行い方", "mode"}, mode_words(r.mode)},
          {"why", {"理由", "reason"}, same(r.why)}};
}

// "危険度 3、警告の回数 1 → 案内音声(確認)".
Words shown(const Rule& r) {
  Words out;
  const auto any = fields(Rule{});
  const auto own = fields(r);
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i].value == any[i].value || own[i].id == "action" || own[i].id == "mode" || own[i].id == "why") continue;
    out.ja += (out.ja.empty() ? "" : "、") + own[i].what.ja + " " + own[i].value.ja;
    out.en += (out.en.empty() ? "" : ", ") + own[i].what.en + " " + own[i].value.en;
  }
  const auto mode = mode_words(r.mode);
  out.ja += (out.ja.empty() ? "いつでも → " : " → ") + std::string(contact::term(r.action).ja) + "(" + mode.ja + ")";
  out.en += (out.en.empty() ? "always → " : " → ") + std::string(contact::term(r.action).en) + " (" + mode.en + ")";
  return out;
}

}  // namespace

std::string to_text(const Hours& hours) { return clock(hours.begin) + "-" + clock(hours.end); }

std::expected<Policy, base::Mistake> read_policy(std::string_view toml, const std::string& file) {
  auto root = base::parse_toml(toml, file);
  if (!root) return std::unexpected(root.error());
  return PolicyReader(file).read(*root);
}

base::Result<Policy> parse_policy(std::string_view text, const std::string& name) { return with_version(read_policy(text, name), name); }

base::Result<Policy> load_policy(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return base::fail(ErrorCode::kNotFound, path + ": 読めません / cannot be read");
  return parse_policy(text.str(), path);
}

std::string to_toml(const Policy& p) {
  std::string out;
  const auto text = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) out += std::string(key) + " = " + toml_text(value) + "\n";
  };
  const auto list = [&](std::string_view key, const auto& items, auto id) {
    if (items.empty()) return;
    out += std::string(key) + " = [";
    for (bool first = true; const auto& item : items) {
      out += (first ? "" : ", ") + toml_text(std::string(id(item)));
      first = false;
    }
    out += "]\n";
  };
  const auto itself = [](const auto& x) { return x; };
  text("version", p.version);
  if (!p.most_automatic_an_hour.empty()) {
    out += "\n[limits]\n";
    for (const auto& [action, n] : p.most_automatic_an_hour) out += std::string(contact::term(action).id) + " = " + std::to_string(n) + "\n";
  }
  for (const auto& r : p.rules) {
    out += "\n[[rule]]\n";
    text("id", r.id);
    text("why", r.why);
    if (r.flag) text("flag", std::string(contact::term(*r.flag).id));
    if (r.level > 0) out += "level = " + std::to_string(r.level) + "\n";
    list("categories", r.categories, [](auto c) { return contact::term(c).id; });
    if (r.warnings > 0) out += "warnings = " + std::to_string(r.warnings) + "\n";
    list("media", r.media, [](auto m) { return to_id(m); });
    list("lines", r.lines, itself);
    list("hours", r.hours, [](const Hours& h) { return to_text(h); });
    list("days", r.days, [](int d) { return kDays[d]; });
    list("sectors", r.sectors, itself);
    text("action", std::string(contact::term(r.action).id));
    text("mode", std::string(to_id(r.mode)));
  }
  return out;
}

std::vector<Change> changes(const Policy& before, const Policy& after) {
  std::vector<Change> out;
  for (int i = 1; i < contact::kActionKindCount; ++i) {
    const auto action = static_cast<ActionKind>(i);
    const auto of = [&](const Policy& p) {
      const auto it = p.most_automatic_an_hour.find(action);
      return it == p.most_automatic_an_hour.end() ? Words{"上限なし", "no limit"} : Words{std::to_string(it->second) + " 件", std::to_string(it->second)};
    };
    const auto& t = contact::term(action);
    if (of(before) != of(after)) {
      out.push_back({Change::Kind::kChanged, "limits." + std::string(t.id), {std::string(t.ja) + "の自動の上限(1 時間)", std::string(t.en) + ": automatic ones an hour"}, of(before), of(after)});
    }
  }
  const auto named = [](const Rule& r) { return Words{"ルール「" + r.id + "」", "Rule \"" + r.id + "\""}; };
  std::vector<std::string> order_before;
  std::vector<std::string> order_after;
  for (const auto& r : after.rules) {
    const auto old = std::ranges::find(before.rules, r.id, &Rule::id);
    if (old == before.rules.end()) {
      out.push_back({Change::Kind::kAdded, "rule." + r.id, named(r), {}, shown(r)});
      continue;
    }
    order_after.push_back(r.id);
    const auto was = fields(*old);
    const auto is = fields(r);
    for (std::size_t i = 0; i < is.size(); ++i) {
      if (was[i].value == is[i].value) continue;
      const auto name = named(r);
      out.push_back({Change::Kind::kChanged, "rule." + r.id + "." + std::string(is[i].id), {name.ja + "の" + is[i].what.ja, name.en + ": " + is[i].what.en}, was[i].value, is[i].value});
    }
  }
  for (const auto& r : before.rules) {
    if (std::ranges::find(after.rules, r.id, &Rule::id) == after.rules.end())
      out.push_back({Change::Kind::kRemoved, "rule." + r.id, named(r), shown(r), {}});
    else
      order_before.push_back(r.id);
  }
  if (order_before != order_after) {
    out.push_back({Change::Kind::kChanged, "rule.order", {"ルールの順番", "The order of the rules"}, joined(order_before, same), joined(order_after, same)});
  }
  return out;
}

}  // namespace mamori::policy
