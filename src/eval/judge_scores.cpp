#include "eval/judge_scores.h"

#include <cmath>
#include <functional>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace mamori::eval {

namespace json = base::json;
using contact::Category;
using contact::Flag;

namespace {

double share(std::size_t part, std::size_t whole) { return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole); }

double macro(const std::array<Confusion, contact::kCategoryCount>& all) {
  double sum = 0;
  int n = 0;
  for (const auto& c : all) {
    if (c.hit + c.missed == 0) continue;
    sum += c.f1();
    ++n;
  }
  return n == 0 ? 0 : sum / n;
}

json::object to_json(const Confusion& c) {
  return {{"n", c.hit + c.missed}, {"precision", c.precision()}, {"recall", c.recall()}, {"f1", c.f1()}, {"false_alarm_rate", c.false_alarm_rate()}};
}

}  // namespace

void Confusion::add(bool said, bool is) { ++(said ? (is ? hit : false_alarm) : (is ? missed : quiet)); }
double Confusion::precision() const { return share(hit, hit + false_alarm); }
double Confusion::recall() const { return share(hit, hit + missed); }
double Confusion::f1() const { return share(2 * hit, 2 * hit + false_alarm + missed); }
double Confusion::false_alarm_rate() const { return share(false_alarm, false_alarm + quiet); }

void JudgeReport::add(const judge::LabelledItem& item, const Prediction& p) {
  if (!item.label) return;
  const auto& label = *item.label;
  const bool is = label.level >= 2;
  const bool said = p.level >= 2;
  for (int i = 0; i < contact::kFlagCount; ++i) flags[static_cast<std::size_t>(i)].add(p.flags.contains(static_cast<Flag>(i)), label.flags.contains(static_cast<Flag>(i)));
  auto& by_category = item.dialogue ? dialogue_categories : categories;
  for (int i = 0; i < contact::kCategoryCount; ++i) by_category[static_cast<std::size_t>(i)].add(p.categories.contains(static_cast<Category>(i)), label.categories.contains(static_cast<Category>(i)));
  if (label.flags.contains(Flag::kDistress)) {
    ++distressed;
    distress_forbidden += p.act_forbidden;
    distress_seen += p.flags.contains(Flag::kDistress);
  }
  if (label.level >= 3 && p.level >= 3) {
    ++grave;
    grave_without_action += !p.acts;
  }
  findings_unexplained += !p.explained;
  if (item.dialogue) {
    ++dialogues;
    verdict.add(said, is);
    if (label.first_level3_turn) {
      ++turns_known;
      turns_near += p.first_level3_turn && std::abs(*p.first_level3_turn - *label.first_level3_turn) <= 1;
    }
    return;
  }
  ++messages;
  harassment.add(said, is);
  kinds[label.kind].add(said, is);
  level_right += p.level == label.level;
  level_near += std::abs(p.level - label.level) <= 1;
  if (p.probability >= 0) probabilities.emplace_back(p.probability, is);
}

double JudgeReport::macro_f1() const { return macro(categories); }
double JudgeReport::dialogue_macro_f1() const { return macro(dialogue_categories); }

double JudgeReport::calibration_error() const {
  if (probabilities.empty()) return -1;
  std::array<double, 10> sure{};
  std::array<double, 10> true_ones{};
  std::array<double, 10> n{};
  for (const auto& [p, is] : probabilities) {
    const auto bin = static_cast<std::size_t>(std::min(9.0, p * 10));
    sure[bin] += p;
    true_ones[bin] += is;
    n[bin] += 1;
  }
  double error = 0;
  for (std::size_t i = 0; i < 10; ++i) error += std::abs(sure[i] - true_ones[i]);
  return error / static_cast<double>(probabilities.size());
}

double JudgeReport::hard_false_alarms() const {
  Confusion all;
  for (const auto& [kind, c] : kinds) {
    if (kind.empty()) continue;
    all.false_alarm += c.false_alarm;
    all.quiet += c.quiet;
  }
  return all.false_alarm_rate();
}

json::object to_json(const JudgeReport& r) {
  json::object by_category;
  json::object by_dialogue;
  for (int i = 0; i < contact::kCategoryCount; ++i) {
    const auto id = contact::term(static_cast<Category>(i)).id;
    by_category[id] = to_json(r.categories[static_cast<std::size_t>(i)]);
    by_dialogue[id] = to_json(r.dialogue_categories[static_cast<std::size_t>(i)]);
  }
  json::object flags;
  for (int i = 0; i < contact::kFlagCount; ++i) flags[contact::term(static_cast<Flag>(i)).id] = to_json(r.flags[static_cast<std::size_t>(i)]);
  json::object kinds;
  for (const auto& [kind, c] : r.kinds) kinds[kind.empty() ? "plain" : kind] = to_json(c);
  return {{"name", r.name}, {"messages", r.messages}, {"dialogues", r.dialogues}, {"harassment", to_json(r.harassment)}, {"macro_f1", r.macro_f1()}, {"categories", std::move(by_category)}, {"kinds", std::move(kinds)}, {"hard_negative_false_alarms", r.hard_false_alarms()}, {"flags", std::move(flags)}, {"level_exact", share(r.level_right, r.messages)}, {"level_within_one", share(r.level_near, r.messages)}, {"calibration_error", r.calibration_error()}, {"verdict", to_json(r.verdict)}, {"dialogue_macro_f1", r.dialogue_macro_f1()}, {"dialogue_categories", std::move(by_dialogue)}, {"first_turn_known", r.turns_known}, {"first_turn_within_one", share(r.turns_near, r.turns_known)}, {"distressed", r.distressed}, {"distress_seen", share(r.distress_seen, r.distressed)}, {"distress_forbidden_actions", r.distress_forbidden}, {"grave", r.grave}, {"grave_without_action", r.grave_without_action}, {"unexplained", r.findings_unexplained}};
}

void print(const std::vector<JudgeReport>& reports, std::ostream& out) {
  constexpr int kName = 46;
  const auto columns = [](std::string_view s) {  // width on a terminal: Japanese letters take two
    int n = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
      const auto c = static_cast<unsigned char>(s[i]);
      if ((c & 0xC0) != 0x80) n += c >= 0xE0 ? 2 : 1;
    }
    return n;
  };
  const auto row = [&](const std::string& name, const std::function<std::string(const JudgeReport&)>& value) {
    out << name << std::string(static_cast<std::size_t>(std::max(1, kName - columns(name))), ' ');
    for (const auto& r : reports) {
      const auto text = value(r);
      out << std::string(static_cast<std::size_t>(std::max(1, 16 - columns(text))), ' ') << text;
    }
    out << "\n";
  };
  const auto number = [](double x) {
    if (x < 0) return std::string("–");
    std::ostringstream s;
    s << std::fixed << std::setprecision(3) << x;
    return s.str();
  };
  if (reports.empty()) return;
  row("", [](const auto& r) { return r.name; });
  if (reports[0].messages > 0) {
    out << "文(" << reports[0].messages << " 件) / messages\n";
    row("  ハラスメントか否か F1 / harassment F1", [&](const auto& r) { return number(r.harassment.f1()); });
    row("    適合率 / precision", [&](const auto& r) { return number(r.harassment.precision()); });
    row("    再現率 / recall", [&](const auto& r) { return number(r.harassment.recall()); });
    row("  種類の平均 F1 / macro F1", [&](const auto& r) { return number(r.macro_f1()); });
    for (int i = 0; i < contact::kCategoryCount; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const auto& t = contact::term(static_cast<Category>(i));
      row("    " + std::string(t.id) + " (" + std::to_string(reports[0].categories[at].hit + reports[0].categories[at].missed) + ")", [&](const auto& r) { return number(r.categories[at].f1()); });
    }
    out << "  誤った警報の割合(危険度 0–1 のもの) / false alarms by kind\n";
    for (const auto& [kind, c] : reports[0].kinds) {
      if (c.false_alarm + c.quiet == 0) continue;
      row("    " + (kind.empty() ? "plain" : kind) + " (" + std::to_string(c.false_alarm + c.quiet) + ")", [&](const auto& r) { return number(r.kinds.at(kind).false_alarm_rate()); });
    }
    row("    難しい反例の全部 / all hard negatives", [&](const auto& r) { return number(r.hard_false_alarms()); });
    out << "  再現率(危険度 2 以上のもの) / recall by kind\n";
    for (const auto& [kind, c] : reports[0].kinds) {
      if (c.hit + c.missed == 0) continue;
      row("    " + (kind.empty() ? "plain" : kind) + " (" + std::to_string(c.hit + c.missed) + ")", [&](const auto& r) { return number(r.kinds.at(kind).recall()); });
    }
    row("  危険度が一致 / level exact", [&](const auto& r) { return number(share(r.level_right, r.messages)); });
    row("  危険度が 1 以内 / level within one", [&](const auto& r) { return number(share(r.level_near, r.messages)); });
    row("  較正誤差 / calibration error (ECE)", [&](const auto& r) { return number(r.calibration_error()); });
  }
  if (reports[0].dialogues > 0) {
    out << "対話(" << reports[0].dialogues << " 件) / dialogues\n";
    row("  結論 F1 / verdict F1", [&](const auto& r) { return number(r.verdict.f1()); });
    row("  正当なのに該当とした割合 / fair ones flagged", [&](const auto& r) { return number(r.verdict.false_alarm_rate()); });
    row("  種類の平均 F1 / macro F1", [&](const auto& r) { return number(r.dialogue_macro_f1()); });
    row("  最初の該当が前後 1 発話以内 / first turn within one", [&](const auto& r) { return number(share(r.turns_near, r.turns_known)); });
  }
  row("要配慮を見つけた割合 / distress seen (" + std::to_string(reports[0].distressed) + ")", [&](const auto& r) { return number(share(r.distress_seen, r.distressed)); });
  row("要配慮の方への禁じた対処 / forbidden actions on them", [&](const auto& r) { return std::to_string(r.distress_forbidden); });
  row("該当なのに何も提案しない / grave without any action", [&](const auto& r) { return std::to_string(r.grave_without_action); });
  row("説明のそろわない所見のあるもの / unexplained", [&](const auto& r) { return std::to_string(r.findings_unexplained); });
}

}  // namespace mamori::eval
