#include "judge/decide.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cmath>
#include <map>
#include <span>

#include "judge/scope.h"

namespace mamori::judge {

using contact::Category;
using contact::CounterEvidence;
using contact::CounterKind;
using contact::Finding;
using contact::Flag;
using contact::Level;
using contact::Medium;

namespace {

constexpr std::size_t kMostInfluences = 8;
constexpr std::size_t kMostTaken = 4;     // words named in what would have lowered a finding
constexpr std::size_t kMostParts = 64;    // features looked at for it, the strongest
constexpr double kLeastInfluence = 0.08;  // log odds: less is noise
constexpr double kLeastKind = 0.2;        // probability of a kind below which it is not named: of those held out between .08 and .2 half were fair
constexpr double kCareFrom = 0.2;         // probability of distress
constexpr double kCareWithFrame = 0.03;   // the same where a frame says so
constexpr double kDecisiveNeeds = 0;      // log odds (even) of harassment, or of its kind, from which a decisive frame counts

// More than a mark or one kana: something a reader can make sense of.
bool says_something(std::string_view words) {
  std::size_t letters = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto c = static_cast<unsigned char>(words[i]);
    if (std::isalnum(c)) letters += 2;
    if (c < 0xE0 || i + 2 >= words.size()) continue;
    const unsigned point = ((c & 0x0Fu) << 12) | ((static_cast<unsigned char>(words[i + 1]) & 0x3Fu) << 6) | (static_cast<unsigned char>(words[i + 2]) & 0x3Fu);
    if (point >= 0x3041 && point <= 0x30FF) letters += 1;  // kana
    if (c > 0xE3 && c < 0xEF) letters += 2;                // kanji
    if (point >= 0xFF10 && point <= 0xFF9F) letters += 1;  // full-width letters, half-width kana
  }
  return letters >= 2;
}

std::string percent(double p) { return std::to_string(static_cast<int>(std::lround(100 * p))) + " %"; }

// How the sentence of a counter-evidence begins.
struct Words {
  std::string_view ja;
  std::string_view en;
};
Words words_of(CounterKind kind) {
  switch (kind) {
    case CounterKind::kQuotation: return {"引用", "A quotation"};
    case CounterKind::kNegation: return {"打ち消し", "A denial or negation"};
    case CounterKind::kOwnException: return {"組織の例外", "An exception of the organisation"};
    default: return {"例外の言い方", "An exception"};
  }
}

// Of what scope_excuse() and FrameSet::find() say.
CounterKind kind_of(std::string_view excuse) {
  if (excuse == "quotation") return CounterKind::kQuotation;
  return excuse == "denial" || excuse == "negation" ? CounterKind::kNegation : CounterKind::kException;
}

// Which of these weigh most, at most kMostParts, the strongest first; of two alike the one that stands first.
std::vector<std::uint32_t> strongest_of(const std::vector<Classifier::Part>& parts) {
  // Counted by size first (a float's exponent and the first bit behind it), as the strongest are a tenth of them.
  constexpr int kLeftOut = 22;  // bits
  std::array<std::uint32_t, (1u << 31 >> kLeftOut)> counts{};
  std::vector<std::uint32_t> sizes(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    sizes[i] = std::bit_cast<std::uint32_t>(static_cast<float>(std::abs(parts[i].second)));
    ++counts[sizes[i] >> kLeftOut];
  }
  std::size_t least = counts.size();
  for (std::size_t n = 0; least > 0 && n < kMostParts;) n += counts[--least];
  std::vector<std::uint64_t> strong;  // size, then the place from behind
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (sizes[i] >> kLeftOut >= least) strong.push_back(std::uint64_t{sizes[i]} << 32 | (0xFFFFFFFFu - i));
  }
  std::ranges::sort(strong, std::ranges::greater{});
  std::vector<std::uint32_t> out;
  for (const auto one : std::span(strong).first(std::min(strong.size(), kMostParts))) out.push_back(0xFFFFFFFFu - static_cast<std::uint32_t>(one));
  return out;
}

class Decider {
 public:
  Decider(const Evidence& evidence, const contact::Utterance& utterance)
      : e_(evidence), r_(evidence.reading), u_(utterance), note_(evidence.around.medium == Medium::kCounter), about_(!note_ && evidence.reading.about_words) {}

  Decision run() {
    out_.harassment = e_.classifier ? probability(e_.scores[kOutputHarassment]) : 0;
    exceptions_ = e_.own.exceptions(r_.normal.folded);
    frames();
    own_phrases();
    if (e_.classifier) weigh();
    flags();
    for (auto& [category, f] : found_) finish(category, f);
    for (auto& f : out_.findings) f.counter_evidence.insert(f.counter_evidence.end(), against_.begin(), against_.end());
    return std::move(out_);
  }

 private:
  struct Candidate {
    Finding finding;
    std::size_t begin = 0;  // in the normalised text
    std::size_t end = 0;
    bool decisive = false;    // a frame that counts unless the classifier is all but certain of the contrary
    bool raised = false;      // its level is higher because the agent has refused before: a rule, not a weight
    bool repeated = false;    // a demand that the rules count because it came again after a refusal, whatever its words weigh
    bool own = false;         // the organisation's own phrase: counts
    bool classified = false;  // the classifier alone says so
    bool likeliest = false;   // ... and that it is harassment, of no kind for certain; this one is the likeliest
  };

  [[nodiscard]] bool excepted(Category category, std::size_t begin, std::size_t end) const {
    return std::ranges::any_of(exceptions_, [&](const auto& hit) {
      const auto& x = e_.criteria.exceptions[hit.index];
      return (!x.category || *x.category == category) && hit.begin < end && begin < hit.end;
    });
  }

  void offer(Category category, Candidate c) {
    auto& known = found_[category];
    const auto rank = [](const Candidate& x) { return std::make_tuple(x.own, x.decisive, x.finding.level); };
    if (known.finding.criterion.empty() || rank(c) > rank(known)) known = std::move(c);
  }

  [[nodiscard]] CounterEvidence speaks_against(CounterKind kind, std::size_t begin, std::size_t end, std::string why, std::string why_en) const {
    const auto [from, to] = r_.normal.original(begin, end);
    return {.kind = kind, .begin = from, .end = to, .text = u_.text.substr(from, to - from), .why = std::move(why), .why_en = std::move(why_en)};
  }

  // What is said twice is kept once, where it was said first.
  void add(CounterEvidence c) {
    if (std::ranges::find(against_, c.why, &CounterEvidence::why) == against_.end()) against_.push_back(std::move(c));
  }

  void against_by_frame(CounterKind kind, const Match& m) {
    const auto words = words_of(kind);
    const auto& frame = *m.frame;
    add(speaks_against(kind, m.begin, m.end, std::string(words.ja) + ": " + frame.why, std::string(words.en) + ": " + std::string(contact::term(*frame.category).en) + " (" + frame.id + ")"));
  }

  Finding make(Category category, Level level, std::string criterion) const {
    auto f = whole_finding(u_, category, level, std::move(criterion));
    return f;
  }

  void frames() {
    for (const auto& m : r_.matches) {
      const auto& frame = *m.frame;
      const bool by_quotation = m.excused_by == "quotation";
      if ((!m.excused_by.empty() && !(note_ && by_quotation)) || (about_ && frame.category && frame.quotable)) {
        if (!frame.category) continue;
        if (by_quotation || about_) quoted_ = true;
        against_by_frame(by_quotation || about_ ? CounterKind::kQuotation : kind_of(m.excused_by), m);
        continue;
      }
      out_.heated = out_.heated || frame.cue == Cue::kHeated;
      out_.demand = out_.demand || frame.cue == Cue::kDemand;
      out_.stays_on = out_.stays_on || frame.cue == Cue::kStaysOn;
      if (frame.flag == Flag::kDistress) out_.care_hint = true;
      if (frame.flag && !frame.hint) frame_flags_.insert(*frame.flag);
      if (frame.ground) {
        out_.grounds.insert(*frame.ground);
        const auto& ground = contact::term(*frame.ground);
        auto c = speaks_against(CounterKind::kGround, m.begin, m.end, "申し出の根拠: " + std::string(ground.ja), "A ground of the complaint: " + std::string(ground.en));
        c.ground = frame.ground;
        add(std::move(c));
      }
      if (!frame.category) {
        if (frame.keep_line) out_.keep_line = true;
        continue;
      }
      if (excepted(*frame.category, m.begin, m.end)) {
        against_by_frame(CounterKind::kOwnException, m);
        continue;
      }
      if (frame.keep_line) out_.keep_line = true;
      Level level = frame.level;
      if (frame.level_after_refusal > 0 && (e_.around.refused || e_.around.end_requested)) level = std::max(level, frame.level_after_refusal);
      if (level < 2) {
        out_.heated = true;
        if (frame.cue == Cue::kNone) out_.demand = true;
        continue;
      }
      Candidate c;
      c.finding = make(*frame.category, level, frame.id);
      c.finding.why = frame.why;
      c.begin = m.begin;
      c.end = m.end;
      c.decisive = frame.decisive;
      c.raised = level > frame.level;
      c.repeated = c.raised && e_.around.demand_refused;
      offer(*frame.category, std::move(c));
    }
  }

  void own_phrases() {
    for (const auto& hit : e_.own.phrases(r_.normal.folded)) {
      const auto& phrase = e_.criteria.phrases[hit.index];
      if (excepted(phrase.category, hit.begin, hit.end)) continue;
      if (const auto excuse = scope_excuse(r_.normal.folded, hit.begin, hit.end); !excuse.empty() && !(note_ && excuse == "quotation")) {
        const auto kind = kind_of(excuse);
        const auto words = words_of(kind);
        add(speaks_against(kind, hit.begin, hit.end, std::string(words.ja) + ": 登録された句「" + phrase.text + "」", std::string(words.en) + ": the registered phrase " + phrase.text));
        continue;
      }
      Candidate c;
      c.finding = make(phrase.category, phrase.level, "own.phrase");
      c.finding.why = phrase.why.empty() ? "組織で登録した句「" + phrase.text + "」" : phrase.why;
      c.finding.why_en = "A phrase the organisation has registered: " + phrase.text;
      c.finding.lower = "引用や打ち消しであれば数えません";
      c.finding.lower_en = "A quotation or a denial of it would not count";
      c.begin = hit.begin;
      c.end = hit.end;
      c.own = true;
      offer(phrase.category, std::move(c));
    }
  }

  // The output whose probability made it count.
  static int decided_by(Category category, const Candidate& c) { return c.likeliest ? kOutputHarassment : output_of(category); }

  [[nodiscard]] double harassment_threshold() const {
    const auto& gate = e_.classifier->output(kOutputHarassment);
    return gate.threshold + (e_.around.dialogue ? gate.in_dialogue : 0);
  }

  [[nodiscard]] double threshold(Category category) const {
    if (const auto it = e_.criteria.categories.find(category); it != e_.criteria.categories.end() && it->second.threshold > 0) {
      return std::log(it->second.threshold / (1 - it->second.threshold));
    }
    return e_.classifier->output(output_of(category)).threshold;
  }

  // The classifier weighs what the frames offer and adds what no frame has.
  void weigh() {
    const bool harassment = e_.scores[kOutputHarassment] >= harassment_threshold();
    const Level level = 2 + (e_.scores[kOutputLevel3] >= e_.classifier->output(kOutputLevel3).threshold) + (e_.scores[kOutputLevel4] >= e_.classifier->output(kOutputLevel4).threshold);
    double best = -1e9;
    std::optional<Category> likeliest;
    for (int i = 0; i < contact::kCategoryCount; ++i) {
      const auto category = static_cast<Category>(i);
      const double over = e_.scores[static_cast<std::size_t>(i)] - threshold(category);
      if (over > best) {
        best = over;
        likeliest = category;
      }
      const auto it = found_.find(category);
      if (it != found_.end() && it->second.own) continue;
      if (it != found_.end()) {
        const bool likely = std::max(e_.scores[kOutputHarassment], e_.scores[static_cast<std::size_t>(i)]) >= kDecisiveNeeds;
        if ((it->second.decisive && likely) || it->second.repeated) {
          it->second.finding.level = std::max(it->second.finding.level, level);
        } else if (over >= 0 && harassment) {
          it->second.finding.level = it->second.raised ? std::max(it->second.finding.level, level) : level;
        } else {
          const auto chance = percent(probability(e_.scores[static_cast<std::size_t>(i)]));
          add(speaks_against(CounterKind::kClassifier, it->second.begin, it->second.end, "分類器の見立て: 「" + std::string(contact::term(category).ja) + "」の見込みは " + chance + " で、数えません", "The classifier's view: " + std::string(contact::term(category).en) + " has a probability of " + chance + " and does not count"));
          found_.erase(it);
        }
        continue;
      }
      if (over >= 0 && harassment) add_classified(category, level);
    }
    // Harassment of no kind in particular: the likeliest kind is named, unless not even that is likely.
    if (harassment && found_.empty() && likeliest && probability(e_.scores[static_cast<std::size_t>(output_of(*likeliest))]) >= kLeastKind) {
      add_classified(*likeliest, level);
      found_[*likeliest].likeliest = true;
    }
    for (auto& [category, c] : found_) c.finding.score = std::max(probability(e_.scores[static_cast<std::size_t>(output_of(category))]), c.own ? 1.0 : 0.0);
  }

  void add_classified(Category category, Level level) {
    Candidate c;
    c.finding = make(category, level, "classifier");
    c.classified = true;
    found_[category] = std::move(c);
  }

  void flags() {
    if (!e_.classifier) {
      out_.flags = frame_flags_;
      if (quoted_) out_.flags.insert(Flag::kThirdPartyQuote);
      return;
    }
    for (int i = 0; i < contact::kFlagCount; ++i) {
      const auto flag = static_cast<Flag>(i);
      const auto o = output_of(flag);
      if (e_.scores[static_cast<std::size_t>(o)] >= e_.classifier->output(o).threshold) out_.flags.insert(flag);
    }
    // Care is not left to an even chance: whoever may need it keeps the line. A frame that says so counts unless the
    // classifier is all but certain of the contrary.
    const auto care = probability(e_.scores[static_cast<std::size_t>(output_of(Flag::kDistress))]);
    out_.care = care;
    if (care >= kCareFrom || (frame_flags_.contains(Flag::kDistress) && care >= kCareWithFrame)) out_.flags.insert(Flag::kDistress);
    const auto& heat = e_.classifier->output(kOutputHeated);
    out_.heated = e_.scores[kOutputHeated] >= heat.threshold;
  }

  using Place = std::pair<std::size_t, std::size_t>;  // [begin, end) in the normalised text

  // What moved the classifier, by words that stand together, the strongest first; `places` where each of them stands (the whole
  // text has an empty one).
  [[nodiscard]] std::vector<contact::Influence> influences(int output, std::vector<Place>& places, Place* strongest) const {
    const bool ordered = !e_.words.empty();
    const auto parts = e_.classifier->influences(e_.features, e_.first, output, ordered);
    const double order = ordered ? e_.classifier->influence_of_order(e_.heard.scores, output) : 0;
    const auto ranks = strongest_of(parts);
    struct Span {
      std::size_t begin, end;
      double weight;
    };
    std::vector<Span> spans;
    double whole = 0;
    for (const auto& [feature, weight] : parts) {
      if (feature->begin >= feature->end) whole += weight;
    }
    for (const auto part : ranks) {
      const auto& [feature, weight] = parts[part];
      if (feature->begin >= feature->end) continue;
      auto it = std::ranges::find_if(spans, [&](const Span& s) { return feature->begin < s.end && s.begin < feature->end; });
      if (it == spans.end()) {
        if (spans.size() < 24) spans.push_back({feature->begin, feature->end, weight});
      } else {
        it->weight += weight;
      }
    }
    std::ranges::sort(spans, [](const auto& a, const auto& b) { return std::abs(a.weight) > std::abs(b.weight); });
    std::vector<contact::Influence> out;
    for (const auto& s : spans) {
      if (out.size() + 2 >= kMostInfluences || std::abs(s.weight) < kLeastInfluence) break;
      auto words = original(s.begin, s.end);
      if (!says_something(words)) continue;
      out.push_back({std::move(words), s.weight});
      places.emplace_back(s.begin, s.end);
    }
    if (std::abs(whole) >= kLeastInfluence) {
      out.push_back({"文全体の調子・場面", whole});
      places.emplace_back();
    }
    if (std::abs(order) >= kLeastInfluence) {
      out.push_back({"言葉の並び方", order});
      places.emplace_back();
    }
    if (strongest != nullptr) {
      // The sentence that carries most of it.
      double best = -1e9;
      const auto all = sentences(r_.normal.folded);
      if (all.size() == 1) {
        *strongest = all[0];
        return out;
      }
      std::vector<double> sums(all.size(), 0);
      for (const auto& [feature, weight] : parts) {
        if (feature->begin >= feature->end) continue;
        const auto at = std::ranges::upper_bound(all, static_cast<std::size_t>(feature->begin), {}, &Place::first) - all.begin() - 1;
        if (at >= 0 && feature->end <= all[static_cast<std::size_t>(at)].second) sums[static_cast<std::size_t>(at)] += weight;
      }
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (sums[i] > best) {
          best = sums[i];
          *strongest = all[i];
        }
      }
    }
    return out;
  }

  [[nodiscard]] std::string original(std::size_t begin, std::size_t end) const {
    const auto [from, to] = r_.normal.original(begin, end);
    return u_.text.substr(from, to - from);
  }

  void finish(Category category, Candidate& c) {
    auto& f = c.finding;
    const int output = decided_by(category, c);
    std::vector<Place> places;
    if (e_.classifier) {
      Place span{0, r_.normal.folded.size()};
      f.influences = influences(output, places, c.classified ? &span : nullptr);
      if (c.classified) std::tie(c.begin, c.end) = span;
    }
    if (c.classified && excepted(category, c.begin, c.end)) {
      add(speaks_against(CounterKind::kOwnException, c.begin, c.end, "組織の例外に当たる語があります", "Words that the organisation's criteria except"));
      return;
    }
    const auto [from, to] = r_.normal.original(c.begin, c.end);
    f.begin = from;
    f.end = to;
    f.text = u_.text.substr(from, to - from);
    const double p = e_.classifier ? probability(e_.scores[static_cast<std::size_t>(output)]) : 1;
    const auto& term = contact::term(category);
    if (c.likeliest) {
      f.why = "文の全体からハラスメントと見られます(見込み " + percent(p) + ")。種類は決めきれず、最も近い「" + std::string(term.ja) + "」を示しています";
      f.why_en = "The wording as a whole points to harassment (" + percent(p) + "), of no kind for certain; " + std::string(term.en) + " is the likeliest";
    } else if (c.classified) {
      f.why = "文の全体から「" + std::string(term.ja) + "」と見られます(見込み " + percent(p) + ")";
      f.why_en = "The wording as a whole points to " + std::string(term.en) + " (" + percent(p) + ")";
    } else if (f.why_en.empty()) {
      f.why_en = std::string(term.en) + ": the words fit the criterion " + f.criterion;
    }
    if (f.lower.empty()) lowering(category, c, places, f);
    if (const auto it = e_.criteria.categories.find(category); it != e_.criteria.categories.end() && !it->second.enabled) {
      f.level = 0;
      f.counter_evidence.push_back({.kind = CounterKind::kNotCounted, .why = "この組織の判断基準では、この種類を数えません", .why_en = "This organisation's criteria do not count this kind"});
    }
    out_.findings.push_back(f);
  }

  // What the classifier would say if the words at these places were not there. The network reads what is left only if `reread`.
  [[nodiscard]] double score_without(int output, const std::vector<Place>& places, bool reread) const {
    const auto elsewhere = [&](const auto& x) { return std::ranges::none_of(places, [&](const Place& p) { return x.begin < p.second && p.first < x.end; }); };
    std::vector<Feature> gone;
    std::ranges::copy_if(e_.features, std::back_inserter(gone), [&](const Feature& f) { return f.begin < f.end && !elsewhere(f); });
    const auto alone = e_.classifier->alone(e_.classifier->first_without(e_.first, gone));
    if (e_.words.empty()) return alone[static_cast<std::size_t>(output)];
    if (!reread) return e_.classifier->together(alone, e_.heard.scores)[static_cast<std::size_t>(output)];
    if (!e_.classifier->asks_order(alone)) return alone[static_cast<std::size_t>(output)];
    std::vector<bool> left_out(e_.words.size());
    for (std::size_t i = 0; i < left_out.size(); ++i) left_out[i] = !elsewhere(e_.words[i]);
    return e_.classifier->together(alone, e_.classifier->order()->without(e_.heard, left_out))[static_cast<std::size_t>(output)];
  }

  // What would have lowered it: for a frame the scope rules, for the classifier the words without which it would not count.
  void lowering(Category category, const Candidate& c, const std::vector<Place>& places, Finding& f) const {
    if (!c.classified || !e_.classifier) {
      f.lower = "他の人の言葉の引用や、打ち消しであれば数えません";
      f.lower_en = "A quotation of somebody else, or a denial of it, would not count";
      if (c.own || c.decisive || !e_.classifier) return;
    }
    const int output = decided_by(category, c);
    const double least = c.likeliest ? harassment_threshold() : threshold(category);
    const auto score = e_.scores[static_cast<std::size_t>(output)];
    std::string words;
    double without = score;
    std::vector<Place> taken;
    for (std::size_t i = 0; i < f.influences.size(); ++i) {
      if (f.influences[i].weight <= 0 || places[i].first >= places[i].second || taken.size() == kMostTaken || without < least) continue;
      words += "「" + f.influences[i].what + "」";
      taken.push_back(places[i]);
      without = score_without(output, taken, false);
    }
    if (!taken.empty()) {
      if (!e_.words.empty()) without = score_without(output, taken, true);
      f.lower = words + "がなければ、見込みは " + percent(probability(score)) + " から " + percent(probability(without)) + " でした(" + percent(probability(least)) + " から数えます)";
      f.lower_en = "Without " + words + " the probability would have been " + percent(probability(without)) + " instead of " + percent(probability(score)) + " (counted from " + percent(probability(least)) + ")";
      return;
    }
    if (f.lower.empty()) {
      f.lower = "見込みが " + percent(probability(least)) + " を下回れば数えません";
      f.lower_en = "Below " + percent(probability(least)) + " it would not count";
    }
  }

  const Evidence& e_;
  const Reading& r_;
  const contact::Utterance& u_;
  bool note_;   // staff wrote down what a visitor did: quotation marks are evidence
  bool about_;  // the text is about words
  bool quoted_ = false;
  std::vector<OwnWords::Hit> exceptions_;
  std::map<Category, Candidate> found_;
  std::set<Flag> frame_flags_;
  std::vector<CounterEvidence> against_;
  Decision out_;
};

}  // namespace

Decision decide(const Evidence& evidence, const contact::Utterance& utterance) { return Decider(evidence, utterance).run(); }

}  // namespace mamori::judge
