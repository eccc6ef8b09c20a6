#include "judge/criteria_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "text/normalise.h"

namespace mamori::judge {
namespace {

using base::Change;
using base::toml_number;
using base::toml_text;
using base::Words;
using contact::Category;

constexpr double kLeastThreshold = 0.05;
constexpr double kMostThreshold = 0.99;

constexpr std::array kThresholds{
    ThresholdTerm{"notice_minutes", "長い通話として知らせる時間", "A long call is worth a look after", "分", "min",
                  "首都高速道路の電話終了の運用(2023-05)の 30 分。公的な基準ではありません", "30 minutes: call-ending practice of 首都高速道路 (2023-05). Not official",
                  &Thresholds::notice_minutes, nullptr, 1, 1440},
    ThresholdTerm{"candidate_minutes", "終了を求めた後、長時間拘束の疑いとする時間", "Prolonged restraint, once asked to end, after", "分", "min",
                  "日本コンタクトセンター協会(CCAJ)ガイドライン(2025-03)の 1 時間以上。公的な基準ではありません", "One hour: CCAJ guideline (2025-03). Not official",
                  &Thresholds::candidate_minutes, nullptr, 1, 1440},
    ThresholdTerm{"same_demand_watch", "同じ要求を「注意」とする断りの回数", "Refusals before the same demand is watched", "回", "times", "Mamori の既定。公的な基準はありません",
                  "Mamori's default; there is no official number", nullptr, &Thresholds::same_demand_watch, 1, 100},
    ThresholdTerm{"same_demand_candidate", "同じ要求を「疑い」とする断りの回数", "Refusals before the same demand is suspected", "回", "times", "Mamori の既定。公的な基準はありません",
                  "Mamori's default; there is no official number", nullptr, &Thresholds::same_demand_candidate, 1, 100},
    ThresholdTerm{"contacts_on_matter", "同じ相手からの連絡を多いとする回数", "Contacts of one customer that are many", "回", "times",
                  "CCAJ ガイドライン(2025-03)の 3 回以上。公的な基準ではありません", "Three or more: CCAJ guideline (2025-03). Not official",
                  nullptr, &Thresholds::contacts_on_matter, 1, 1000},
    ThresholdTerm{"end_requests_candidate", "終了を求めても続くとき「疑い」とする回数", "Requests to end before going on is suspected", "回", "times", "Mamori の既定。公的な基準はありません",
                  "Mamori's default; there is no official number", nullptr, &Thresholds::end_requests_candidate, 1, 100},
};

constexpr base::TextBounds kName{0, 60};
constexpr base::TextBounds kNote{0, 500, true};
constexpr base::TextBounds kPhrase{2, 60};  // one character fits everywhere

bool is_kana(std::string_view text) {
  const auto folded = text::fold_kana(text);
  for (std::size_t i = 0; i < folded.size();) {
    // Hiragana U+3041–3096, the prolonged sound mark, "・" and the ideographic space; a plain space.
    const auto piece = std::string_view(folded).substr(i, 3);
    if (folded[i] == ' ') {
      ++i;
      continue;
    }
    if (piece != "ー" && piece != "・" && piece != " " && (piece < "ぁ" || piece > "ゖ")) return false;
    i += 3;
  }
  return true;
}

bool is_version(std::string_view v) {
  return v.size() <= 64 && std::ranges::all_of(v, [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == ':' || c == '-'; });
}

std::string folded(const std::string& text) { return text::normalise(text).folded; }

class CriteriaReader : base::TomlReader {
 public:
  using TomlReader::TomlReader;

  std::expected<Criteria, base::Mistake> read(const toml::table& root) {
    only(root, {"version", "name", "sector", "thresholds", "category", "phrase", "exception"});
    Criteria c;
    c.version = text(root, "version", {0, 64});
    if (!is_version(c.version)) wrong(root, "version", "version に使えるのは英数字と . _ : - です", "version may have letters, digits and . _ : -");
    c.name = text(root, "name", kName);
    c.sector = text(root, "sector", {0, 40});
    if (const auto* t = table(root, "thresholds")) thresholds(*t, c.thresholds);
    if (const auto* t = table(root, "category")) categories(*t, c);
    if (const auto* list = tables(root, "phrase", kMostPhrases)) {
      for (const auto& item : *list) phrase(*item.as_table(), c);
    }
    if (const auto* list = tables(root, "exception", kMostExceptions)) {
      for (const auto& item : *list) exception(*item.as_table(), c);
    }
    if (!good()) return std::unexpected(mistake());
    return c;
  }

 private:
  void thresholds(const toml::table& t, Thresholds& out) {
    only(t, {"notice_minutes", "candidate_minutes", "same_demand_watch", "same_demand_candidate", "contacts_on_matter", "end_requests_candidate"});
    for (const auto& term : kThresholds) {
      if (term.minutes) {
        if (const auto v = number(t, term.id, term.least, term.most)) out.*term.minutes = *v;
      } else if (const auto v = whole(t, term.id, static_cast<int>(term.least), static_cast<int>(term.most))) {
        out.*term.count = *v;
      }
    }
    if (out.candidate_minutes < out.notice_minutes) {
      wrong(t, "candidate_minutes", "candidate_minutes(疑い)は notice_minutes(注意)以上にしてください", "candidate_minutes must not be below notice_minutes");
    }
    if (out.same_demand_candidate < out.same_demand_watch) {
      wrong(t, "same_demand_candidate", "same_demand_candidate(疑い)は same_demand_watch(注意)以上にしてください", "same_demand_candidate must not be below same_demand_watch");
    }
  }

  void categories(const toml::table& all, Criteria& out) {
    for (const auto& [key, node] : all) {
      const auto category = contact::category_from_id(key.str());
      const std::string name(key.str());
      if (!category) {
        wrong(node, "「" + name + "」という種類はありません", "unknown category \"" + name + "\"");
        continue;
      }
      const auto* t = node.as_table();
      if (!t) {
        wrong(node, name + " は [category." + name + "] という節で書いてください", name + " must be a section, written [category." + name + "]");
        continue;
      }
      only(*t, {"enabled", "name_ja", "name_en", "threshold", "note"});
      CategoryCriteria c;
      c.enabled = yes_no(*t, "enabled").value_or(true);
      c.name_ja = text(*t, "name_ja", kName);
      c.name_en = text(*t, "name_en", kName);
      c.threshold = number(*t, "threshold", 0, kMostThreshold).value_or(0);
      if (c.threshold != 0 && c.threshold < kLeastThreshold) {
        wrong(*t, "threshold", "threshold は 0(Mamori の値)か、0.05 から 0.99 までです", "threshold must be 0 (the model's own) or 0.05 to 0.99");
      }
      c.note = text(*t, "note", kNote);
      out.categories[*category] = std::move(c);
    }
  }

  std::optional<Category> category(const toml::table& t, bool required) {
    const auto* node = t.get("category");
    const auto id = text(t, "category", {required ? 1u : 0u, 40});
    if (id.empty()) return std::nullopt;
    const auto found = contact::category_from_id(id);
    if (!found) wrong(*node, "「" + id + "」という種類はありません", "unknown category \"" + id + "\"");
    return found;
  }

  void phrase(const toml::table& t, Criteria& out) {
    only(t, {"text", "reading", "category", "level", "why"});
    OwnPhrase p;
    p.text = text(t, "text", kPhrase);
    p.reading = text(t, "reading", {0, 80});
    if (!is_kana(p.reading)) wrong(t, "reading", "読み(reading)は、ひらがなかカタカナで書いてください", "reading must be hiragana or katakana");
    p.category = category(t, true).value_or(Category::kVerbalAbuse);
    p.level = whole(t, "level", 2, 4).value_or(2);
    p.why = text(t, "why", kNote);
    const auto seen = folded(p.text);
    if (base::characters(seen) - static_cast<std::size_t>(std::ranges::count(seen, ' ')) < 2) wrong(t, "text", "「" + p.text + "」は、空白を除くと短すぎます", "\"" + p.text + "\" is too short without its spaces");
    if (!phrases_.insert(seen).second) wrong(t, "text", "「" + p.text + "」は、もう書かれています(かな・全角半角の違いは同じものとみなします)", "\"" + p.text + "\" is there already (kana and width make no difference)");
    out.phrases.push_back(std::move(p));
  }

  void exception(const toml::table& t, Criteria& out) {
    only(t, {"text", "category", "why"});
    OwnException e;
    e.text = text(t, "text", kPhrase);
    e.category = category(t, false);
    e.why = text(t, "why", kNote);
    const auto seen = folded(e.text);
    const auto key = seen + "\n" + (e.category ? std::string(contact::term(*e.category).id) : "");
    if (!exceptions_.insert(key).second) wrong(t, "text", "「" + e.text + "」は、もう書かれています(かな・全角半角の違いは同じものとみなします)", "\"" + e.text + "\" is there already (kana and width make no difference)");
    if (phrases_.contains(seen)) wrong(t, "text", "「" + e.text + "」は、数える言い方(phrase)にも書かれています", "\"" + e.text + "\" is also a [[phrase]] that counts");
    out.exceptions.push_back(std::move(e));
  }

  std::set<std::string> phrases_;
  std::set<std::string> exceptions_;
};

Words on_off(bool on) { return on ? Words{"数える", "counted"} : Words{"数えない", "not counted"}; }
Words plain(const std::string& text) { return {"「" + text + "」", "\"" + text + "\""}; }
Words named(Category c) { return {std::string(contact::term(c).ja), std::string(contact::term(c).en)}; }
Words or_ours(const std::string& own, std::string_view ours) { return plain(own.empty() ? std::string(ours) : own); }
Words probability(double v) { return v == 0 ? Words{"Mamori の値", "Mamori's own"} : Words{toml_number(v), toml_number(v)}; }

Words shown(const OwnPhrase& p) {
  const auto& t = contact::term(p.category);
  const auto level = std::to_string(p.level);
  const auto reading = p.reading.empty() ? std::string() : "(" + p.reading + ")";
  return {"「" + p.text + "」" + reading + " " + std::string(t.ja) + "、危険度 " + level, "\"" + p.text + "\"" + reading + " " + std::string(t.en) + ", level " + level};
}
Words shown(const OwnException& e) {
  return {"「" + e.text + "」 " + (e.category ? std::string(contact::term(*e.category).ja) : "すべての種類"), "\"" + e.text + "\" " + (e.category ? std::string(contact::term(*e.category).en) : "any category")};
}
bool same(const OwnPhrase& a, const OwnPhrase& b) { return a.text == b.text && a.reading == b.reading && a.category == b.category && a.level == b.level && a.why == b.why; }
bool same(const OwnException& a, const OwnException& b) { return a.text == b.text && a.category == b.category && a.why == b.why; }
std::string key_of(const OwnPhrase& p) { return folded(p.text); }
std::string key_of(const OwnException& e) { return folded(e.text) + (e.category ? std::string(contact::term(*e.category).id) : ""); }

template <typename Item>
void compare(const std::vector<Item>& before, const std::vector<Item>& after, const std::string& id, const Words& what, std::vector<Change>& out) {
  std::map<std::string, const Item*> old;
  for (const auto& item : before) old[key_of(item)] = &item;
  for (const auto& item : after) {
    const auto it = old.find(key_of(item));
    if (it == old.end()) {
      out.push_back({Change::Kind::kAdded, id, what, {}, shown(item)});
    } else {
      auto was = shown(*it->second);
      auto is = shown(item);
      if (was == is && !same(*it->second, item)) {  // only the reason or the way it is written
        was = {was.ja + " " + it->second->why, was.en + " " + it->second->why};
        is = {is.ja + " " + item.why, is.en + " " + item.why};
      }
      if (!same(*it->second, item)) out.push_back({Change::Kind::kChanged, id, what, was, is});
      old.erase(it);
    }
  }
  for (const auto& item : before) {
    if (const auto it = old.find(key_of(item)); it != old.end() && it->second == &item) out.push_back({Change::Kind::kRemoved, id, what, shown(item), {}});
  }
}

}  // namespace

std::span<const ThresholdTerm> threshold_terms() { return kThresholds; }

std::expected<Criteria, base::Mistake> read_criteria(std::string_view toml, const std::string& file) {
  auto root = base::parse_toml(toml, file);
  if (!root) return std::unexpected(root.error());
  return CriteriaReader(file).read(*root);
}

base::Result<Criteria> parse_criteria(std::string_view toml, const std::string& file) {
  auto read = read_criteria(toml, file);
  if (!read) return base::fail(read.error().error());
  return std::move(*read);
}

std::string to_toml(const Criteria& c) {
  std::string out;
  const auto text = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) out += std::string(key) + " = " + toml_text(value) + "\n";
  };
  text("version", c.version);
  text("name", c.name);
  text("sector", c.sector);
  out += "\n[thresholds]\n";
  for (const auto& term : kThresholds) out += std::string(term.id) + " = " + toml_number(term.value(c.thresholds)) + "\n";
  for (const auto& [category, own] : c.categories) {
    out += "\n[category." + std::string(contact::term(category).id) + "]\nenabled = " + (own.enabled ? "true" : "false") + "\n";
    text("name_ja", own.name_ja);
    text("name_en", own.name_en);
    if (own.threshold != 0) out += "threshold = " + toml_number(own.threshold) + "\n";
    text("note", own.note);
  }
  for (const auto& p : c.phrases) {
    out += "\n[[phrase]]\n";
    text("text", p.text);
    text("reading", p.reading);
    text("category", std::string(contact::term(p.category).id));
    out += "level = " + std::to_string(p.level) + "\n";
    text("why", p.why);
  }
  for (const auto& e : c.exceptions) {
    out += "\n[[exception]]\n";
    text("text", e.text);
    if (e.category) text("category", std::string(contact::term(*e.category).id));
    text("why", e.why);
  }
  return out;
}

std::vector<Change> changes(const Criteria& before, const Criteria& after) {
  std::vector<Change> out;
  const auto differ = [&](std::string id, Words what, Words was, Words is) {
    if (was != is) out.push_back({Change::Kind::kChanged, std::move(id), std::move(what), std::move(was), std::move(is)});
  };
  differ("name", {"名前", "Name"}, plain(before.name), plain(after.name));
  differ("sector", {"業種", "Sector"}, plain(before.sector), plain(after.sector));
  for (const auto& term : kThresholds) {
    const auto amount = [&](const Thresholds& t) {
      const auto n = toml_number(term.value(t));
      return Words{n + " " + std::string(term.unit_ja), n + " " + std::string(term.unit_en)};
    };
    differ("thresholds." + std::string(term.id), {std::string(term.ja), std::string(term.en)}, amount(before.thresholds), amount(after.thresholds));
  }
  for (int i = 0; i < contact::kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    const auto& ours = contact::term(category);
    const auto of = [&](const Criteria& c) {
      const auto it = c.categories.find(category);
      return it == c.categories.end() ? CategoryCriteria{} : it->second;
    };
    const auto was = of(before);
    const auto is = of(after);
    const auto name = named(category);
    const auto id = "category." + std::string(ours.id) + ".";
    differ(id + "enabled", name, on_off(was.enabled), on_off(is.enabled));
    differ(id + "name_ja", {name.ja + "の呼び名", name.en + ": its name in Japanese"}, or_ours(was.name_ja, ours.ja), or_ours(is.name_ja, ours.ja));
    differ(id + "name_en", {name.ja + "の英語の呼び名", name.en + ": its name in English"}, or_ours(was.name_en, ours.en), or_ours(is.name_en, ours.en));
    differ(id + "threshold", {name.ja + "とみなす確からしさ", name.en + ": taken from a probability of"}, probability(was.threshold), probability(is.threshold));
    differ(id + "note", {name.ja + "の説明", name.en + ": note"}, plain(was.note), plain(is.note));
  }
  compare(before.phrases, after.phrases, "phrase", {"独自の言い方", "Own phrase"}, out);
  compare(before.exceptions, after.exceptions, "exception", {"数えない言葉", "Exception"}, out);
  return out;
}

}  // namespace mamori::judge
