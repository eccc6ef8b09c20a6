#include "judge/judge.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "judge/frames.h"
#include "judge/scope.h"
#include "text/normalise.h"
#include "text/tokens.h"

namespace mamori::judge {

using contact::Category;
using contact::Finding;
using contact::Flag;
using contact::Level;
using contact::Medium;
using contact::Speaker;

namespace {

constexpr std::size_t kMaxFindings = 500;
constexpr std::size_t kMaxRecent = 40;
constexpr std::size_t kMaxRecentBytes = 600;
constexpr std::size_t kMaxUtterance = 1u << 20;  // longer text is judged in pieces of this length
constexpr double kSameDemand = 0.42;             // share of common character pairs (Dice); set on our own dialogues

std::string short_text(std::string_view text) { return std::string(text.substr(0, kMaxRecentBytes)); }

// Share of common pairs of characters (Sørensen–Dice over sets), 0..1.
double alike(std::string_view a, std::string_view b) {
  const auto pairs = [](std::string_view s) {
    std::vector<std::string> chars;
    for (std::size_t i = 0; i < s.size();) {
      const auto lead = static_cast<unsigned char>(s[i]);
      const std::size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2
                                          : lead < 0xF0   ? 3
                                                          : 4;
      const auto c = s.substr(i, n);
      if (c != "。" && c != "、" && c != "!" && c != "?" && c != " ") chars.emplace_back(c);
      i += n;
    }
    std::set<std::string> out;
    for (std::size_t i = 0; i + 1 < chars.size(); ++i) out.insert(chars[i] + chars[i + 1]);
    return out;
  };
  const auto x = pairs(a);
  const auto y = pairs(b);
  if (x.size() < 4 || y.size() < 4) return 0;
  std::size_t common = 0;
  for (const auto& p : x) common += y.count(p);
  return 2.0 * static_cast<double>(common) / static_cast<double>(x.size() + y.size());
}

std::string level_reason(const Finding& f) {
  return std::string(contact::term(f.category).ja) + ":「" + (f.text.size() > 90 ? f.text.substr(0, f.text.find_last_not_of("\x80\xbf", 87)) + "…" : f.text) + "」";
}

}  // namespace

struct Judge::Impl {
  std::shared_ptr<const FrameSet> frames;
  std::shared_ptr<const text::Tokeniser> tokeniser;
  Criteria criteria;
  std::string version;

  static void add(Step& step, Finding finding) {
    // The same thing found twice in one turn is one finding: the graver stays, the first where they are equal.
    for (auto& known : step.findings) {
      if (known.category == finding.category && known.turn == finding.turn && known.begin < finding.end && finding.begin < known.end) {
        if (finding.level > known.level) known = finding;
        return;
      }
    }
    step.findings.push_back(std::move(finding));
  }

  static Finding make(const contact::Utterance& u, Category category, Level level, std::string criterion) {
    Finding f;
    f.category = category;
    f.level = level;
    f.turn = u.turn;
    f.criterion = std::move(criterion);
    f.basis = contact::official_basis(category);
    f.begin = 0;
    f.end = u.text.size();
    f.text = u.text;
    f.score = u.confidence;
    return f;
  }

  // Takes the step's findings into the assessment.
  void conclude(DialogueState& state, Step& step) const {
    const auto before_level = state.assessment.level;
    const auto before_categories = state.assessment.categories;
    const auto before_flags = state.assessment.flags;
    const bool before_keep = state.assessment.keep_line;
    auto& a = state.assessment;
    a.criteria_version = version;
    for (const auto& f : step.findings) {
      a.categories.insert(f.category);
      if (f.level > a.level || a.reason.empty()) {
        a.reason = level_reason(f);
        a.reason_en = std::string(contact::term(f.category).en) + ": \"" + f.text + "\"";
      }
      a.level = std::max(a.level, f.level);
      if (f.level >= 3 && !a.first_level3_turn) a.first_level3_turn = f.turn;
      state.findings.push_back(f);
    }
    if (state.findings.size() > kMaxFindings) state.findings.erase(state.findings.begin(), state.findings.end() - kMaxFindings);
    step.changed = a.level != before_level || a.categories != before_categories || a.flags != before_flags || a.keep_line != before_keep;
  }

  void hear_agent(DialogueState& state, const std::vector<Match>& matches, const std::string& folded) const {
    std::set<Cue> cues;
    for (const auto& m : matches) {
      if (m.excused_by.empty()) cues.insert(m.frame->cue);
    }
    state.refusals += cues.contains(Cue::kAgentRefusal) || cues.contains(Cue::kAgentFinal);
    state.final_answers += cues.contains(Cue::kAgentFinal);
    state.end_requests += cues.contains(Cue::kAgentEndRequest);
    state.warnings += cues.contains(Cue::kAgentWarning);
    remember(state.recent_agent, folded);
  }

  static void remember(std::vector<std::string>& recent, const std::string& folded) {
    recent.push_back(short_text(folded));
    if (recent.size() > kMaxRecent) recent.erase(recent.begin());
  }

  void hear_customer(DialogueState& state, Step& step, const contact::Utterance& u, const text::Normalised& n, const std::vector<Match>& matches) const {
    const bool note = state.medium == Medium::kCounter;  // staff wrote down what the visitor did: quotation marks are evidence
    const bool about = !note && about_words(n.folded);
    bool heated = false;
    bool demand = false;
    bool stays_on = false;
    std::vector<std::string> excuses;
    for (const auto& m : matches) {
      const bool by_quotation = m.excused_by == "quotation";
      const bool excused = (!m.excused_by.empty() && !(note && by_quotation)) || (about && m.frame->category && m.frame->quotable);
      if (excused) {
        if (m.frame->category && (by_quotation || about)) state.assessment.flags.insert(Flag::kThirdPartyQuote);
        if (m.frame->category) excuses.push_back(by_quotation || about ? "引用: " + m.frame->why : "打ち消し・例外: " + m.frame->why);
        continue;
      }
      heated = heated || m.frame->cue == Cue::kHeated;
      demand = demand || m.frame->cue == Cue::kDemand;
      stays_on = stays_on || m.frame->cue == Cue::kStaysOn;
      if (m.frame->flag) state.assessment.flags.insert(*m.frame->flag);
      if (m.frame->keep_line) state.assessment.keep_line = true;
      if (!m.frame->category) continue;
      Level level = m.frame->level;
      if (m.frame->level_after_refusal > 0 && (state.refusals > 0 || state.end_requests > 0)) level = std::max(level, m.frame->level_after_refusal);
      if (level < 2) {
        heated = true;
        if (m.frame->cue == Cue::kNone) demand = true;
        continue;
      }
      const auto [from, to] = n.original(m.begin, m.end);
      Finding f = make(u, *m.frame->category, level, m.frame->id);
      f.begin = from;
      f.end = to;
      f.text = u.text.substr(from, to - from);
      add(step, std::move(f));
    }
    for (auto& f : step.findings) f.counter_evidence = excuses;
    over_time(state, step, u, n.folded, demand || !step.findings.empty(), stays_on);
    if (heated && state.assessment.level < 1 && step.findings.empty()) {
      state.assessment.level = 1;
      state.assessment.reason = "強い口調ですが、正当な申し出の範囲です";
      state.assessment.reason_en = "Strong words, still within a fair complaint";
    }
    remember(state.recent_customer, n.folded);
  }

  // What only time shows: the same demand after refusals, staying on after being asked to end.
  void over_time(DialogueState& state, Step& step, const contact::Utterance& u, const std::string& folded, bool demand, bool stays_on) const {
    double best = 0;
    for (const auto& earlier : state.recent_customer) best = std::max(best, alike(earlier, short_text(folded)));
    const bool again = best >= kSameDemand;
    if ((demand || again) && state.refusals > 0) {
      ++state.demands_after_refusal;
      // 既定: 同じ要求は、断られた後 2 回で注意、3 回で該当の候補 (CRITERIA: the same demand after 2 refusals watch, after 3 candidate).
      if (again && (state.final_answers >= 2 || state.refusals >= 3)) {
        add(step, make(u, Category::kRepetition, state.refusals >= 4 || state.final_answers >= 3 ? 3 : 2, "time.same_demand_after_refusals"));
      }
    }
    if (state.end_requests > 0 && stays_on) {
      add(step, make(u, Category::kProlongedRestraint, 3, "time.refuses_to_end"));
    } else if (state.end_requests >= 2 && (again || demand)) {
      add(step, make(u, Category::kProlongedRestraint, state.end_requests >= 3 ? 3 : 2, "time.goes_on_after_end_requests"));
    } else if (stays_on && state.end_requests == 0 && state.refusals > 0) {
      add(step, make(u, Category::kProlongedRestraint, 2, "time.will_not_hang_up"));
    }
  }
};

Judge::Judge(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Judge::~Judge() = default;

base::Result<std::unique_ptr<Judge>> Judge::load(const std::string& frames_dir) {
  auto impl = std::make_unique<Impl>();
  auto frames = FrameSet::load(frames_dir);
  if (!frames) return base::fail(frames.error(), "load the frames");
  impl->frames = std::move(*frames);
  impl->version = impl->frames->version();
  auto tokeniser = text::Tokeniser::open();
  if (!tokeniser) return base::fail(tokeniser.error());
  impl->tokeniser = std::move(*tokeniser);
  return std::unique_ptr<Judge>(new Judge(std::move(impl)));
}

std::unique_ptr<Judge> Judge::with(const Criteria& criteria) const {
  auto impl = std::make_unique<Impl>();
  impl->frames = impl_->frames;
  impl->tokeniser = impl_->tokeniser;
  impl->criteria = criteria;
  impl->version = criteria.version + "/" + impl_->frames->version();
  return std::unique_ptr<Judge>(new Judge(std::move(impl)));
}

const std::string& Judge::criteria_version() const { return impl_->version; }

Step Judge::hear(DialogueState& state, const contact::Utterance& utterance) const {
  Step step;
  ++state.utterances;
  if (utterance.speaker == Speaker::kSystem) return step;
  const auto before = state.assessment;
  // A very long text is read in pieces: every stage is linear, but the memory of one pass is not to grow without bound.
  for (std::size_t from = 0; from < utterance.text.size();) {
    std::size_t length = std::min(kMaxUtterance, utterance.text.size() - from);
    while (length > 1 && from + length < utterance.text.size() && (static_cast<unsigned char>(utterance.text[from + length]) & 0xC0) == 0x80) --length;
    auto piece = utterance;
    if (length < utterance.text.size()) piece.text = utterance.text.substr(from, length);
    const auto normal = text::normalise(piece.text);
    const auto matches = impl_->frames->find(normal, impl_->tokeniser->split(normal.plain));
    if (utterance.speaker == Speaker::kAgent) {
      impl_->hear_agent(state, matches, normal.folded);
    } else {
      Step one;
      impl_->hear_customer(state, one, piece, normal, matches);
      for (auto& f : one.findings) {
        f.begin += from;
        f.end += from;
        step.findings.push_back(std::move(f));
      }
    }
    from += length;
  }
  impl_->conclude(state, step);
  const auto& now = state.assessment;
  step.changed = before.level != now.level || before.categories != now.categories || before.flags != now.flags || before.keep_line != now.keep_line;
  return step;
}

Step Judge::hear(DialogueState& state, const contact::SpottedPhrase& phrase) const {
  Step step;
  if (phrase.speaker != Speaker::kCustomer || phrase.score < 0.5) return step;
  const auto before = state.assessment;
  if (const auto flag = contact::flag_from_id(phrase.category)) {
    state.assessment.flags.insert(*flag);
    step.changed = before.flags != state.assessment.flags;
    return step;
  }
  const auto category = contact::category_from_id(phrase.category);
  if (!category) return step;
  const auto normal = text::normalise(phrase.phrase);
  Level level = 2;
  for (const auto& m : impl_->frames->find(normal, impl_->tokeniser->split(normal.plain))) {
    if (m.excused_by.empty() && m.frame->category == category) level = std::max(level, m.frame->level);
    if (m.excused_by.empty() && m.frame->keep_line) state.assessment.keep_line = true;
  }
  // Words that were also recognised have been found already.
  for (const auto& f : state.findings) {
    if (f.category == *category && f.level >= level && f.turn >= state.utterances - 2) return step;
  }
  Finding f;
  f.category = *category;
  f.level = level;
  f.turn = state.utterances;  // the turn that is being spoken
  f.text = phrase.phrase;
  f.criterion = "spotted";
  f.basis = contact::official_basis(*category);
  f.score = phrase.score;
  f.counter_evidence = {"音の並びから聞き取った句です。認識した文字での確認はまだです"};
  step.findings.push_back(std::move(f));
  impl_->conclude(state, step);
  return step;
}

Step Judge::hear(DialogueState& state, const contact::VoiceCue& cue) const {
  Step step;
  if (cue.speaker != Speaker::kCustomer) return step;
  state.shouting += 0.3 * (cue.shouting - state.shouting);
  // How it is said raises no level, not even to caution: a hard-of-hearing caller shouts too. The wall shows the voice
  // beside the level, and what is said decides.
  return step;
}

Step Judge::tick(DialogueState& state, double duration) const {
  Step step;
  const double before = state.duration;
  state.duration = duration;
  const auto passed = [&](double mark) { return before < mark && duration >= mark; };
  if (passed(impl_->criteria.thresholds.notice_minutes * 60) && state.assessment.level < 1) {
    state.assessment.level = 1;
    state.assessment.reason = "通話が 30 分を超えました(長さだけでは判定しません)";
    state.assessment.reason_en = "The call has passed 30 minutes (length alone is no verdict)";
    step.changed = true;
  }
  // An hour is a candidate only when the agent has asked to end: a long, complicated matter is fair.
  if (passed(impl_->criteria.thresholds.candidate_minutes * 60) && state.end_requests > 0) {
    Finding f;
    f.category = Category::kProlongedRestraint;
    f.level = 2;
    f.turn = std::max(0, state.utterances - 1);
    f.criterion = "time.one_hour";
    f.basis = contact::official_basis(f.category);
    f.text = "60 分を超えています";
    step.findings.push_back(std::move(f));
    impl_->conclude(state, step);
  }
  return step;
}

}  // namespace mamori::judge
