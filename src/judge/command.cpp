#include "judge/command.h"

#include <istream>
#include <ostream>
#include <set>

#include "contact/event_json.h"
#include "judge/labelled.h"

namespace mamori::judge {

namespace json = base::json;
using base::ErrorCode;

namespace {

constexpr std::size_t kMaxLine = 16u << 20;

json::array ids(const auto& set) {
  json::array out;
  for (const auto item : set) out.emplace_back(contact::term(item).id);
  return out;
}

void print_for_people(std::ostream& out, const json::object& r) {
  static constexpr const char* kWords[] = {"平常", "注意", "疑い", "該当", "重大"};
  const auto level = base::get_int(r, "level");
  const auto& id = r.at("id");
  out << (id.is_string() ? std::string(id.get_string()) : id.is_null() ? "-"
                                                                       : json::serialize(id))
      << "  危険度 " << level << "(" << kWords[level] << ")";
  for (const auto& c : r.at("categories").as_array()) out << "  " << contact::term(*contact::category_from_id(std::string(c.as_string()))).ja;
  for (const auto& f : r.at("flags").as_array()) out << "  [" << contact::term(*contact::flag_from_id(std::string(f.as_string()))).ja << "]";
  out << "\n";
  for (const auto& value : r.at("findings").as_array()) {
    const auto& f = value.as_object();
    out << "    「" << base::get_string(f, "text") << "」 " << base::get_string(f, "criterion") << "\n";
    if (const auto why = base::get_string(f, "why"); !why.empty()) out << "      理由: " << why << "\n";
    out << "      根拠: " << base::get_string(f, "basis") << "\n";
    if (const auto lower = base::get_string(f, "lower"); !lower.empty()) out << "      下がる条件: " << lower << "\n";
    for (const auto& c : f.at("counter_evidence").as_array()) out << "      反対の材料: " << base::get_string(c.as_object(), "why") << "\n";
  }
  out << "    対処: ";
  bool first = true;
  for (const auto& a : r.at("actions").as_array()) {
    out << (first ? "" : "、") << contact::term(*contact::action_from_id(std::string(a.as_string()))).ja;
    first = false;
  }
  out << "\n";
}

}  // namespace

DialogueState judge_item(const LabelledItem& item, const Judge& judge) {
  DialogueState state;
  state.medium = item.medium;
  for (const auto& turn : item.turns) {
    if (turn.start > state.duration) judge.tick(state, turn.start);
    judge.hear(state, turn);
  }
  return state;
}

base::Result<json::object> judge_item(const json::object& item, const Judge& judge, const policy::Policy& policy) {
  auto read = labelled_item(item);
  if (!read) return base::fail(read.error());
  const auto state = judge_item(*read, judge);
  const auto& a = state.assessment;
  json::array findings;
  for (const auto& f : state.findings) findings.push_back(contact::to_json(f));
  json::array actions;
  for (const auto& proposed : policy::decide(policy, {state.medium, &a, state.warnings})) actions.emplace_back(contact::term(proposed.kind).id);
  if (actions.empty()) actions.emplace_back("none");
  json::object out;
  out["id"] = item.contains("id") ? item.at("id") : json::value(nullptr);
  out["categories"] = ids(a.categories);
  out["flags"] = ids(a.flags);
  out["level"] = a.level;
  out["first_level3_turn"] = a.first_level3_turn ? json::value(*a.first_level3_turn) : json::value(nullptr);
  out["actions"] = std::move(actions);
  out["findings"] = std::move(findings);
  out["verdict"] = contact::to_json(a.verdict);
  out["criteria_version"] = judge.criteria_version();
  out["policy_version"] = policy.version;
  return out;
}

int run_judge(std::istream& in, std::ostream& out, std::ostream& errors, const Judge& judge, const policy::Policy& policy, bool jsonl) {
  int status = 0;
  std::string line;
  for (std::int64_t number = 1; std::getline(in, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);  // a byte order mark from a spreadsheet
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    const auto bad = [&](const std::string& why) {
      errors << "line " << number << ": " << why << "\n";
      status = 2;
    };
    auto value = base::parse_json(line, kMaxLine);
    if (!value) {
      bad(value.error().message);
      continue;
    }
    if (!value->is_object()) {
      bad("not a JSON object");
      continue;
    }
    auto result = judge_item(value->get_object(), judge, policy);
    if (!result) {
      bad(result.error().message);
      continue;
    }
    if (jsonl)
      out << json::serialize(*result) << "\n";
    else
      print_for_people(out, *result);
    out.flush();
  }
  return status;
}

}  // namespace mamori::judge
