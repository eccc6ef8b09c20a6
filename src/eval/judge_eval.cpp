#include "eval/judge_eval.h"

#include <algorithm>
#include <fstream>
#include <iostream>

#include "eval/judge_train.h"
#include "judge/command.h"

namespace mamori::eval {

namespace json = base::json;
using contact::ActionKind;

JudgeReport measure(const std::string& name, const std::vector<judge::LabelledItem>& items, const std::function<Prediction(const judge::LabelledItem&)>& predict) {
  JudgeReport report;
  report.name = name;
  for (const auto& item : items) report.add(item, predict(item));
  return report;
}

Prediction predict(const judge::LabelledItem& item, const judge::Judge& judge, const policy::Policy& policy) {
  const auto state = judge::judge_item(item, judge);
  const auto& a = state.assessment;
  Prediction p{a.level, a.categories, a.flags, a.first_level3_turn, judge.classifier() ? state.suspicion : -1};
  for (const auto& action : policy::decide(policy, {state.medium, &a, state.warnings})) {
    p.acts = true;
    switch (action.kind) {
      case ActionKind::kWarnCaller:
      case ActionKind::kSwitchToAnnouncement:
      case ActionKind::kHandoverToVoicebot:
      case ActionKind::kDisconnect:
      case ActionKind::kBlockNumber: p.act_forbidden = true; break;
      default: break;
    }
  }
  p.explained = std::ranges::all_of(state.findings, [](const auto& f) { return !f.criterion.empty() && !f.basis.empty() && !f.why.empty() && !f.lower.empty() && f.begin <= f.end; });
  return p;
}

base::Result<WordAlert> WordAlert::load(const std::string& path) {
  std::ifstream in(path);
  if (!in) return base::fail(base::ErrorCode::kNotFound, "cannot read " + path);
  WordAlert out;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto tab = line.find('\t');
    const auto category = tab == std::string::npos ? std::nullopt : contact::category_from_id(std::string_view(line).substr(tab + 1));
    if (!category) return base::fail(base::ErrorCode::kInvalidArgument, path + ", line " + std::to_string(number) + ": needs a word, a tab and a category");
    out.words_.emplace_back(line.substr(0, tab), *category);
  }
  return out;
}

Prediction WordAlert::predict(const judge::LabelledItem& item) const {
  Prediction p;
  for (const auto& turn : item.turns) {
    if (turn.speaker != contact::Speaker::kCustomer) continue;
    for (const auto& [word, category] : words_) {
      if (turn.text.find(word) == std::string::npos) continue;
      p.level = 3;
      p.categories.insert(category);
      if (!p.first_level3_turn) p.first_level3_turn = turn.turn;
    }
  }
  p.acts = p.act_forbidden = p.level >= 3;  // it knows of no one who needs care
  return p;
}

std::vector<judge::LabelledItem> read_items(const std::vector<std::string>& files, std::ostream& errors, int& status) {
  std::vector<judge::LabelledItem> items;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
      errors << "mamori: cannot read " << file << "\n";
      status = 2;
      continue;
    }
    for (auto& item : judge::read_labelled(in, [&](std::int64_t line, const std::string& why) {
      errors << file << ", line " << line << ": " << why << "\n";
      status = 2;
    })) {
      items.push_back(std::move(item));
    }
  }
  return items;
}

namespace {

// What is worst about the prediction, in three letters.
std::string_view fault(const judge::Label& label, const Prediction& p) {
  if (label.flags.contains(contact::Flag::kDistress) && p.act_forbidden) return "禁対処";
  if (p.level >= 2 && label.level < 2) return "誤警報";
  if (p.level < 2 && label.level >= 2) return "見逃し";
  return p.categories == label.categories ? "" : "種類  ";
}

void show_error(const judge::LabelledItem& item, const judge::Judge& judge, const policy::Policy& policy, std::ostream& out) {
  const auto& label = *item.label;
  const auto what = fault(label, predict(item, judge, policy));
  if (what.empty()) return;
  const auto state = judge::judge_item(item, judge);
  const auto& a = state.assessment;
  out << what << " " << item.id << " [" << label.kind << "] " << label.level << "→" << a.level << " 正解";
  for (const auto c : label.categories) out << " " << contact::term(c).id;
  out << " 判定";
  for (const auto c : a.categories) out << " " << contact::term(c).id;
  out << " p=" << state.suspicion;
  if (label.flags.contains(contact::Flag::kDistress)) out << " 要配慮 " << state.care;
  for (const auto& f : state.findings) out << " {" << f.criterion << " L" << f.level << " 「" << f.text << "」}";
  if (item.dialogue) {
    out << " first " << (label.first_level3_turn ? *label.first_level3_turn : -1) << "→" << (a.first_level3_turn ? *a.first_level3_turn : -1) << "\n";
    return;
  }
  out << "\n       " << item.turns.front().text << "\n";
}

}  // namespace

int run_judge_eval(const JudgeEvalOptions& options, const judge::Judge& judge, const policy::Policy& policy, std::ostream& out, std::ostream& errors) {
  int status = 0;
  const auto items = read_items(options.files, errors, status);
  std::vector<JudgeReport> reports;
  reports.push_back(measure("Mamori", items, [&](const auto& item) { return predict(item, judge, policy); }));
  if (!options.plain_train.empty()) {
    const auto training = read_items({options.plain_train}, errors, status);
    auto plain = train_plain(training, judge);
    if (!plain) {
      errors << "mamori: " << plain.error().message << "\n";
      status = 2;
    } else {
      reports.push_back(measure("n-gram", items, [&](const auto& item) { return predict_plain(item, judge, **plain); }));
    }
  }
  if (!options.word_alert.empty()) {
    auto alert = WordAlert::load(options.word_alert);
    if (!alert) {
      errors << "mamori: " << alert.error().message << "\n";
      status = 2;
    } else {
      reports.push_back(measure("word alert", items, [&](const auto& item) { return alert->predict(item); }));
    }
  }
  if (options.show == "errors") {
    for (const auto& item : items) {
      if (item.label) show_error(item, judge, policy, out);
    }
  }
  if (options.json) {
    json::array list;
    for (const auto& r : reports) list.push_back(to_json(r));
    out << json::serialize(json::object{{"criteria_version", judge.criteria_version()}, {"policy_version", policy.version}, {"items", items.size()}, {"reports", std::move(list)}}) << "\n";
  } else {
    print(reports, out);
  }
  return status;
}

}  // namespace mamori::eval
