#include "judge/dialogue.h"

#include <algorithm>
#include <set>

#include "text/letters.h"

namespace mamori::judge {

using contact::Category;
using contact::Finding;
using contact::Level;

namespace {

constexpr std::size_t kMaxRecent = 40;
constexpr std::size_t kMaxRecentBytes = 600;
constexpr double kSameDemand = 0.42;  // share of common character pairs (Dice); set on our own training dialogues

LetterPairs pairs(std::string_view s) {
  LetterPairs out;
  out.reserve(s.size() / 2);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < s.size();) {
    std::uint32_t letter = 0;
    for (const auto end = i + text::letter_length(s, i); i < end; ++i) letter = letter << 8 | static_cast<unsigned char>(s[i]);
    if (letter == 0xE38082 || letter == 0xE38081 || letter == '!' || letter == '?' || letter == ' ') continue;  // 。 、
    if (last != 0) out.push_back(last << 32 | letter);
    last = letter;
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

// Share of common pairs of letters (Sørensen–Dice over sets), 0..1.
double alike(const LetterPairs& x, const LetterPairs& y) {
  if (x.size() < 4 || y.size() < 4) return 0;
  std::size_t common = 0;
  for (auto a = x.begin(), b = y.begin(); a != x.end() && b != y.end();) {
    common += *a == *b;
    const bool next_a = *a <= *b;
    b += *b <= *a;
    a += next_a;
  }
  return 2.0 * static_cast<double>(common) / static_cast<double>(x.size() + y.size());
}

}  // namespace

contact::Finding whole_finding(const contact::Utterance& u, Category category, Level level, std::string criterion) {
  Finding f;
  f.category = category;
  f.level = level;
  f.turn = u.turn;
  f.criterion = std::move(criterion);
  f.basis = contact::official_basis(category);
  f.end = u.text.size();
  f.text = u.text;
  f.score = u.confidence;
  return f;
}

void hear_agent(DialogueState& state, const Reading& reading) {
  ++state.agent_utterances;
  std::set<Cue> cues;
  for (const auto& m : reading.matches) {
    if (m.excused_by.empty()) cues.insert(m.frame->cue);
  }
  state.refusals += cues.contains(Cue::kAgentRefusal) || cues.contains(Cue::kAgentFinal);
  state.final_answers += cues.contains(Cue::kAgentFinal);
  state.end_requests += cues.contains(Cue::kAgentEndRequest);
  state.warnings += cues.contains(Cue::kAgentWarning);
}

Surroundings surroundings(const DialogueState& state, std::string_view folded) {
  Surroundings out;
  out.medium = state.medium;
  out.dialogue = state.agent_utterances > 0;
  out.refused = state.refusals > 0;
  out.final_answer = state.final_answers > 0;
  out.end_requested = state.end_requests > 0;
  out.warned = state.warnings > 0;
  if (!state.last_customer) return out;
  const auto now = pairs(folded.substr(0, kMaxRecentBytes));
  const auto same = [&](const LetterPairs& earlier) { return alike(earlier, now) >= kSameDemand; };
  out.again = same(pairs(*state.last_customer)) || std::ranges::any_of(state.recent_customer, same);
  out.demand_refused = out.again && state.refusals > 0;
  return out;
}

std::vector<Finding> over_time(DialogueState& state, const Thresholds& t, const contact::Utterance& u, const Surroundings& around, bool demand, bool stays_on) {
  std::vector<Finding> out;
  if ((demand || around.again) && state.refusals > 0) {
    ++state.demands_after_refusal;
    // 同じ要求は、断られた後の回数で見る (docs/criteria.md). Final answers weigh more than refusals.
    if (around.again && (state.final_answers >= t.same_demand_watch || state.refusals >= t.same_demand_candidate)) {
      const bool clear = state.refusals > t.same_demand_candidate || state.final_answers > t.same_demand_watch;
      auto f = whole_finding(u, Category::kRepetition, clear ? 3 : 2, "time.same_demand_after_refusals");
      f.why = "お断りを " + std::to_string(state.refusals) + " 回した後に、同じ要求がくり返されました";
      f.why_en = "The same demand came again after " + std::to_string(state.refusals) + " refusals";
      f.lower = "回答がまだのうちの繰り返しや、別の話に移った場合は数えません";
      f.lower_en = "Repeating while there is no answer, or going on to another matter, does not count";
      out.push_back(std::move(f));
    }
  }
  const auto restraint = [&](Level level, const char* criterion) {
    auto f = whole_finding(u, Category::kProlongedRestraint, level, criterion);
    f.why = state.end_requests > 0 ? "終話・退去のお願いの後も、終わらせない・帰らないと述べました" : "お断りの後に、切らない・帰らないと述べました";
    f.why_en = state.end_requests > 0 ? "Goes on or stays after being asked to end" : "Says that they will not go after a refusal";
    f.lower = "終わりのお願いの前であれば、長さだけでは数えません";
    f.lower_en = "Before any request to end, length alone does not count";
    out.push_back(std::move(f));
  };
  if (state.end_requests > 0 && stays_on) {
    restraint(3, "time.refuses_to_end");
  } else if (state.end_requests >= t.end_requests_candidate && (around.again || demand)) {
    restraint(state.end_requests > t.end_requests_candidate ? 3 : 2, "time.goes_on_after_end_requests");
  } else if (stays_on && state.end_requests == 0 && state.refusals > 0) {
    restraint(2, "time.will_not_hang_up");
  }
  return out;
}

std::optional<Finding> over_contacts(const DialogueState& state, const Thresholds& t, const contact::Utterance& u, bool demand) {
  constexpr std::string_view kCriterion = "time.contacts_on_matter";
  // 回答がまだのうちは、何度の連絡でも正当 (docs/criteria.md).
  if (!demand || state.final_answers_before == 0 || state.contacts_on_matter < t.contacts_on_matter) return std::nullopt;
  if (std::ranges::find(state.findings, kCriterion, &Finding::criterion) != state.findings.end()) return std::nullopt;
  const auto contacts = std::to_string(state.contacts_on_matter);
  auto f = whole_finding(u, Category::kRepetition, 2, std::string(kCriterion));
  f.why = "以前の応対で最終の回答をした後の、" + contacts + " 回目の連絡での要求です";
  f.why_en = "A demand in contact " + contacts + " of the last 30 days, after a final answer in an earlier one";
  f.lower = "以前の応対で最終の回答をしていなければ、何回目でも数えません。別の用件の場合も数えません";
  f.lower_en = "Without a final answer in an earlier contact, no number of contacts counts; nor does another matter";
  f.counter_evidence = {{.kind = contact::CounterKind::kOtherMatter, .why = "以前の応対と同じ用件かどうかは、人が確かめてください", .why_en = "Whether it is the same matter as in the earlier contacts is for a person to check"}};
  return f;
}

void remember(DialogueState& state, std::string_view folded) {
  if (state.last_customer) state.recent_customer.push_back(pairs(*state.last_customer));
  if (state.recent_customer.size() >= kMaxRecent) state.recent_customer.erase(state.recent_customer.begin());
  state.last_customer = folded.substr(0, kMaxRecentBytes);
}

}  // namespace mamori::judge
