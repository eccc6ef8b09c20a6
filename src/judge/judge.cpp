#include "judge/judge.h"

#include <algorithm>
#include <filesystem>

#include "judge/decide.h"
#include "judge/frames.h"
#include "judge/lexicon.h"
#include "judge/own_words.h"
#include "judge/reading.h"
#include "judge/scope.h"
#include "judge/verdict.h"
#include "text/letters.h"
#include "text/normalise.h"
#include "text/tokens.h"

namespace mamori::judge {

using contact::Category;
using contact::Finding;
using contact::Speaker;

namespace {

// One reading. Longer text is read in pieces of at most this many bytes, so that time stays linear and memory bounded; a
// mail of ordinary length is one piece.
constexpr std::size_t kMostPiece = 4096;
constexpr double kCareWhenItMatters = 0.08;  // probability of distress that counts once there is harassment; set on our training text
constexpr double kCareWithHint = 0.002;      // the same where the words hold a sign of it
constexpr double kSmoothShouting = 0.3;

// Where the next piece ends: after the last sentence that fits, else after the last character that does.
std::size_t piece_length(std::string_view text) {
  if (text.size() <= kMostPiece) return text.size();
  std::size_t length = kMostPiece;
  while (length > 1 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  for (const std::string_view mark : {"\n", "。", "!", "?", "！", "？"}) {
    const auto at = text.substr(0, length).rfind(mark);
    if (at != std::string_view::npos && at > kMostPiece / 2) return at + mark.size();
  }
  return length;
}

// A finding or what speaks against it, from its place in a piece to that in the whole text, of which the piece begins at `from`.
// What is shown begins and ends with a word: a frame may reach back into the full stop of the sentence before, and a sentence
// ends with its own.
void place(auto& evidence, const std::string& piece, std::size_t from) {
  const auto [begin, end] = text::between_marks(piece, evidence.begin, evidence.end);
  evidence.begin = from + begin;
  evidence.end = from + end;
  evidence.text = piece.substr(begin, end - begin);
}

}  // namespace

struct Judge::Parts {
  std::unique_ptr<FrameSet> frames;
  std::unique_ptr<Lexicon> lexicon;
  std::unique_ptr<text::Tokeniser> tokeniser;

  [[nodiscard]] Reading read(std::string_view text, Speaker speaker) const {
    Reading r;
    r.normal = text::normalise(text);
    r.tokens = tokeniser->split(r.normal.plain);
    r.matches = frames->find(r.normal, r.tokens, speaker);
    r.about_words = about_words(r.normal.folded);
    return r;
  }
};

struct Judge::Impl {
  std::shared_ptr<const Parts> parts;
  std::shared_ptr<const Classifier> classifier;
  Criteria criteria;
  OwnWords own{criteria};
  std::string version;

  Impl(std::shared_ptr<const Parts> p, std::shared_ptr<const Classifier> c, Criteria k)
      : parts(std::move(p)), classifier(std::move(c)), criteria(std::move(k)), version(criteria.version + "/" + parts->frames->version() + (classifier ? "/" + classifier->version() : "")) {}

  // One piece of a customer's utterance.
  Step hear_piece(DialogueState& state, const contact::Utterance& piece) const {
    Step step;
    const auto reading = parts->read(piece.text, Speaker::kCustomer);
    const auto around = surroundings(state, reading.normal.folded);
    std::vector<Feature> seen;
    Scores first{};
    Scores scores{};
    std::vector<SeenWord> words;
    OrderModel::Heard heard;
    if (classifier) {
      const auto classes = parts->lexicon->find(reading.normal.folded, reading.tokens);
      seen = features(reading, around, classes, &classifier->index());
      first = classifier->first(seen);
      scores = classifier->alone(first);
      if (classifier->asks_order(scores)) {
        words = seen_words(reading, around.medium, classes);
        heard = classifier->order()->read(words);
        scores = classifier->together(scores, heard.scores);
      }
    }
    const Evidence evidence{reading, around, seen, words, heard, classifier.get(), first, scores, criteria, own};
    auto decision = decide(evidence, piece);
    step.findings = std::move(decision.findings);
    auto& a = state.assessment;
    a.flags.insert(decision.flags.begin(), decision.flags.end());
    a.verdict.grounds.insert(decision.grounds.begin(), decision.grounds.end());
    a.keep_line = a.keep_line || decision.keep_line;
    state.suspicion = std::max(state.suspicion, decision.harassment);
    const bool counted = std::ranges::any_of(step.findings, [](const Finding& f) { return f.level >= 2; });
    auto over = over_time(state, criteria.thresholds, piece, around, decision.demand || counted, decision.stays_on);
    // Asking something, once, is no demand that is made again, however it is put.
    const bool demanded = decision.demand && (around.again || !decision.flags.contains(contact::Flag::kInquiry));
    if (auto again = over_contacts(state, criteria.thresholds, piece, demanded)) over.push_back(std::move(*again));
    for (auto& f : over) {
      const auto same = std::ranges::find(step.findings, f.category, &Finding::category);
      if (const auto it = criteria.categories.find(f.category); it != criteria.categories.end() && !it->second.enabled) f.level = 0;
      if (same == step.findings.end()) {
        step.findings.push_back(std::move(f));
      } else if (f.level > same->level) {
        *same = std::move(f);
      }
    }
    state.care = std::max(state.care, decision.care);
    state.care_hint = state.care_hint || decision.care_hint;
    if (decision.heated && !counted) heated(state, "強い口調ですが、正当な申し出の範囲です", "Strong words, still within a fair complaint");
    remember(state, reading.normal.folded);
    return step;
  }

  // What the step comes to, whatever raised it: words, a spotted phrase or the time.
  void take(DialogueState& state, Step& step) const {
    conclude(state, step, version);
    // Where something could be done to the customer, a small chance of distress is enough to forbid it.
    if (state.assessment.level < 2) return;
    const double least = state.care_hint ? (classifier ? kCareWithHint : 0) : kCareWhenItMatters;
    if (state.care >= least) state.assessment.flags.insert(contact::Flag::kDistress);
  }
};

JudgeFiles JudgeFiles::shipped(const std::string& resources) {
  const auto model = resources + "/models/judge/classifier.bin";
  std::error_code ec;
  return {resources + "/data/frames", resources + "/data/lexicon/classes.toml", std::filesystem::exists(model, ec) ? model : std::string()};
}

Judge::Judge(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Judge::~Judge() = default;

base::Result<std::unique_ptr<Judge>> Judge::load(const JudgeFiles& files) {
  auto parts = std::make_shared<Parts>();
  auto frames = FrameSet::load(files.frames);
  if (!frames) return base::fail(frames.error(), "load the frames");
  parts->frames = std::move(*frames);
  auto lexicon = Lexicon::load(files.lexicon);
  if (!lexicon) return base::fail(lexicon.error(), "load the word classes");
  parts->lexicon = std::move(*lexicon);
  auto tokeniser = text::Tokeniser::open();
  if (!tokeniser) return base::fail(tokeniser.error());
  parts->tokeniser = std::move(*tokeniser);
  std::shared_ptr<const Classifier> classifier;
  if (!files.model.empty()) {
    auto model = Classifier::load(files.model);
    if (!model) return base::fail(model.error(), "load the classifier");
    classifier = std::move(*model);
  }
  Criteria criteria;
  criteria.version = "default";
  return std::unique_ptr<Judge>(new Judge(std::make_unique<Impl>(std::move(parts), std::move(classifier), std::move(criteria))));
}

base::Result<std::unique_ptr<Judge>> Judge::load(JudgeFiles files, std::string& problem) {
  problem.clear();
  if (files.model.empty()) {
    problem = "there is no classifier";
  } else if (const auto model = Classifier::load(files.model); !model) {
    problem = model.error().message;
    files.model.clear();
  }
  return load(static_cast<const JudgeFiles&>(files));
}

std::unique_ptr<Judge> Judge::with(std::shared_ptr<const Classifier> classifier) const {
  return std::unique_ptr<Judge>(new Judge(std::make_unique<Impl>(impl_->parts, std::move(classifier), impl_->criteria)));
}

std::unique_ptr<Judge> Judge::with(const Criteria& criteria) const {
  return std::unique_ptr<Judge>(new Judge(std::make_unique<Impl>(impl_->parts, impl_->classifier, criteria)));
}

const std::string& Judge::criteria_version() const { return impl_->version; }
const Criteria& Judge::criteria() const { return impl_->criteria; }
const std::vector<Frame>& Judge::frames() const { return impl_->parts->frames->frames(); }
const Classifier* Judge::classifier() const { return impl_->classifier.get(); }

Step Judge::hear(DialogueState& state, const contact::Utterance& utterance) const {
  Step step;
  ++state.utterances;
  if (utterance.speaker == Speaker::kSystem) return step;
  const auto before = state.assessment;
  for (std::size_t from = 0; from < utterance.text.size();) {
    const auto length = piece_length(std::string_view(utterance.text).substr(from));
    auto piece = utterance;
    if (length < utterance.text.size()) piece.text = utterance.text.substr(from, length);
    if (utterance.speaker == Speaker::kAgent) {
      hear_agent(state, impl_->parts->read(piece.text, Speaker::kAgent));
    } else {
      auto one = impl_->hear_piece(state, piece);
      for (auto& f : one.findings) {
        place(f, piece.text, from);
        for (auto& c : f.counter_evidence) {
          if (c.begin != c.end) place(c, piece.text, from);
        }
        step.findings.push_back(std::move(f));
      }
    }
    from += length;
  }
  impl_->take(state, step);
  step.changed = differ(before, state.assessment);
  return step;
}

Step Judge::hear(DialogueState& state, const contact::SpottedPhrase& phrase) const {
  Step step;
  if (phrase.speaker != Speaker::kCustomer || phrase.score < 0.5) return step;
  const auto before = state.assessment;
  if (const auto flag = contact::flag_from_id(phrase.category)) {
    state.assessment.flags.insert(*flag);
    step.changed = differ(before, state.assessment);
    return step;
  }
  const auto category = contact::category_from_id(phrase.category);
  if (!category) return step;
  contact::Level level = 2;
  for (const auto& m : impl_->parts->read(phrase.phrase, Speaker::kCustomer).matches) {
    if (m.excused_by.empty() && m.frame->category == category) level = std::max(level, m.frame->level);
    if (m.excused_by.empty() && m.frame->keep_line) state.assessment.keep_line = true;
  }
  if (const auto it = impl_->criteria.categories.find(*category); it != impl_->criteria.categories.end() && !it->second.enabled) level = 0;
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
  f.counter_evidence = {{.kind = contact::CounterKind::kUnconfirmed, .why = "音の並びから聞き取った句です。認識した文字での確認はまだです", .why_en = "Heard in the sound; the recognised words do not confirm it yet"}};
  f.why = "「" + phrase.phrase + "」と聞こえました";
  f.why_en = "Heard in the sound: " + phrase.phrase;
  f.lower = "認識した文字で別の言葉と分かれば、取り消せます";
  f.lower_en = "If the recognised words turn out to be others, it can be taken back";
  step.findings.push_back(std::move(f));
  impl_->take(state, step);
  step.changed = differ(before, state.assessment);
  return step;
}

Step Judge::hear(DialogueState& state, const contact::VoiceCue& cue) const {
  Step step;
  if (cue.speaker != Speaker::kCustomer) return step;
  state.shouting += kSmoothShouting * (cue.shouting - state.shouting);
  // How it is said raises no level, not even to caution: a hard-of-hearing caller shouts too. The wall shows the voice
  // beside the level, and what is said decides.
  return step;
}

Step Judge::tick(DialogueState& state, double duration) const {
  Step step;
  const auto before_assessment = state.assessment;
  const double before = state.duration;
  state.duration = duration;
  const auto& t = impl_->criteria.thresholds;
  const auto passed = [&](double minutes) { return before < minutes * 60 && duration >= minutes * 60; };
  if (passed(t.notice_minutes)) {
    const auto minutes = std::to_string(static_cast<int>(t.notice_minutes));
    heated(state, "通話が " + minutes + " 分を超えました(長さだけでは判定しません)", "The call has passed " + minutes + " minutes (length alone is no verdict)");
  }
  // Long is a candidate only when the agent has asked to end: a long, complicated matter is fair.
  if (passed(t.candidate_minutes) && state.end_requests > 0) {
    contact::Utterance nothing;
    nothing.turn = std::max(0, state.utterances - 1);
    const auto it = impl_->criteria.categories.find(Category::kProlongedRestraint);
    const bool counted = it == impl_->criteria.categories.end() || it->second.enabled;
    auto f = whole_finding(nothing, Category::kProlongedRestraint, counted ? 2 : 0, "time.one_hour");
    f.text = std::to_string(static_cast<int>(t.candidate_minutes)) + " 分を超えています";
    f.why = "終わりのお願いの後も続き、" + f.text;
    f.why_en = "Went on after a request to end, past " + std::to_string(static_cast<int>(t.candidate_minutes)) + " minutes";
    f.lower = "終わりのお願いがなければ、長さだけでは数えません";
    f.lower_en = "Without a request to end, length alone does not count";
    step.findings.push_back(std::move(f));
    impl_->take(state, step);
  }
  step.changed = differ(before_assessment, state.assessment);
  return step;
}

Sample Judge::sample(const DialogueState& state, const contact::Utterance& utterance) const {
  const auto reading = impl_->parts->read(std::string_view(utterance.text).substr(0, piece_length(utterance.text)), Speaker::kCustomer);
  const auto classes = impl_->parts->lexicon->find(reading.normal.folded, reading.tokens);
  return {features(reading, surroundings(state, reading.normal.folded), classes), seen_words(reading, state.medium, classes)};
}

}  // namespace mamori::judge
