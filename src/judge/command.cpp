#include "judge/command.h"

#include <istream>
#include <ostream>
#include <set>

namespace mamori::judge {

namespace json = base::json;
using base::ErrorCode;
using contact::Speaker;

namespace {

constexpr std::size_t kMaxLine = 16u << 20;

// Channels people write; what is no telephone call has no telephone actions.
contact::Medium medium_of(const std::string& channel) {
  if (const auto medium = contact::medium_from_id(channel)) return *medium;
  static const std::set<std::string> kPhone{"tel", "電話", "phone_call", "call_center", "voicemail"};
  static const std::set<std::string> kCounter{"窓口", "desk", "counter_note", "in_person", "店頭", "対面", "visit"};
  if (kPhone.contains(channel)) return contact::Medium::kPhone;
  if (kCounter.contains(channel)) return contact::Medium::kCounter;
  return contact::Medium::kForm;
}

json::array ids(const auto& set) {
  json::array out;
  for (const auto item : set) out.emplace_back(contact::term(item).id);
  return out;
}

json::object finding_json(const contact::Finding& f) {
  json::array counter;
  for (const auto& c : f.counter_evidence) counter.emplace_back(c);
  return {{"category", contact::term(f.category).id}, {"level", f.level}, {"turn", f.turn}, {"begin", f.begin}, {"end", f.end}, {"text", f.text}, {"criterion", f.criterion}, {"basis", f.basis}, {"counter_evidence", std::move(counter)}};
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
    out << "    「" << base::get_string(f, "text") << "」 " << base::get_string(f, "criterion") << "\n      根拠: " << base::get_string(f, "basis") << "\n";
    for (const auto& c : f.at("counter_evidence").as_array()) out << "      反対の材料: " << std::string(c.as_string()) << "\n";
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

base::Result<json::object> judge_item(const json::object& item, const Judge& judge, const policy::Policy& policy) {
  DialogueState state;
  const auto* channel = item.if_contains("channel");
  if (channel && !channel->is_string() && !channel->is_null()) return base::fail(ErrorCode::kInvalidArgument, "\"channel\" must be text");
  state.medium = medium_of(base::get_string(item, "channel", "chat"));
  const auto* text = item.if_contains("text");
  const auto* turns = item.if_contains("turns");
  if ((text != nullptr) == (turns != nullptr)) return base::fail(ErrorCode::kInvalidArgument, "exactly one of \"text\" and \"turns\" is needed");
  const auto hear = [&](int turn, Speaker speaker, double t, std::string words) {
    contact::Utterance u;
    u.turn = turn;
    u.speaker = speaker;
    u.start = u.end = t;
    u.text = std::move(words);
    judge.hear(state, u);
  };
  if (text) {
    if (!text->is_string()) return base::fail(ErrorCode::kInvalidArgument, "\"text\" must be text");
    hear(0, Speaker::kCustomer, 0, std::string(text->get_string()));
  } else {
    if (!turns->is_array()) return base::fail(ErrorCode::kInvalidArgument, "\"turns\" must be a list");
    int n = 0;
    for (const auto& value : turns->get_array()) {
      const std::string where = "turn " + std::to_string(n) + ": ";
      if (!value.is_object()) return base::fail(ErrorCode::kInvalidArgument, where + "must be an object");
      const auto& turn = value.get_object();
      const auto speaker = contact::speaker_from_id(base::get_string(turn, "speaker"));
      if (!speaker) return base::fail(ErrorCode::kInvalidArgument, where + "\"speaker\" must be customer or agent");
      if (!turn.contains("text") || !turn.at("text").is_string()) return base::fail(ErrorCode::kInvalidArgument, where + "\"text\" must be text");
      const double t = base::get_double(turn, "t", state.duration);
      if (t > state.duration) judge.tick(state, t);
      hear(n, *speaker, t, base::get_string(turn, "text"));
      ++n;
    }
  }
  const auto& a = state.assessment;
  json::array findings;
  for (const auto& f : state.findings) findings.push_back(finding_json(f));
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
