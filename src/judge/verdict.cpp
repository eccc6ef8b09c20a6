#include "judge/verdict.h"

#include <algorithm>

namespace mamori::judge {

using contact::Category;
using contact::Finding;

namespace {

constexpr std::size_t kMaxFindings = 500;
constexpr std::size_t kMaxWords = 90;  // bytes of a quotation in a reason

std::string shortened(const std::string& text) {
  if (text.size() <= kMaxWords) return text;
  std::size_t n = kMaxWords - 3;
  while (n > 0 && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) --n;
  return text.substr(0, n) + "…";
}

// The axis a kind of harassment lies on (東京都 各団体共通マニュアル, 2025-03: 要求態様 / 要求内容 / 時間・回数・頻度).
contact::Level& axis_of(contact::Verdict& v, Category c) {
  switch (c) {
    case Category::kExcessiveDemand:
    case Category::kForcedApology: return v.content;
    case Category::kProlongedRestraint:
    case Category::kRepetition: return v.time;
    default: return v.manner;
  }
}

}  // namespace

void conclude(DialogueState& state, Step& step, const std::string& criteria_version) {
  auto& a = state.assessment;
  a.criteria_version = criteria_version;
  for (const auto& f : step.findings) {
    state.findings.push_back(f);
    if (f.level < 2) continue;
    a.categories.insert(f.category);
    if (f.level > a.level || a.reason.empty()) {
      a.reason = std::string(contact::term(f.category).ja) + ":「" + shortened(f.text) + "」";
      a.reason_en = std::string(contact::term(f.category).en) + ": \"" + shortened(f.text) + "\"";
    }
    a.level = std::max(a.level, f.level);
    if (f.level >= 3 && !a.first_level3_turn) a.first_level3_turn = f.turn;
    auto& axis = axis_of(a.verdict, f.category);
    axis = std::max(axis, f.level);
  }
  a.verdict.beyond_acceptable = a.level >= 2;
  a.verdict.environment_harmed = a.level >= 3;
  if (state.findings.size() > kMaxFindings) state.findings.erase(state.findings.begin(), state.findings.end() - kMaxFindings);
}

bool differ(const contact::Assessment& a, const contact::Assessment& b) {
  return a.level != b.level || a.categories != b.categories || a.flags != b.flags || a.keep_line != b.keep_line;
}

void heated(DialogueState& state, std::string reason, std::string reason_en) {
  if (state.assessment.level >= 1) return;
  state.assessment.level = 1;
  state.assessment.reason = std::move(reason);
  state.assessment.reason_en = std::move(reason_en);
}

}  // namespace mamori::judge
