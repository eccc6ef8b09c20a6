#include "speech/decoder.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mamori::speech {
namespace {

constexpr float kNever = -1e30F;
constexpr std::size_t kMostLinks = 16384;      // words kept for hypotheses, dead ones among them: 256 kB
constexpr std::size_t kMostCandidates = 8192;  // looked at in one step; a power of two

// ln(1 + exp(-d)), the correction of a sum of two probabilities whose logarithms are d apart. Called some thousand times
// a step; a table is right to 0.002 and many times faster.
constexpr float kGrain = 128;
constexpr std::size_t kFarthest = 12;
const std::array<float, static_cast<std::size_t>(kGrain) * kFarthest> kCorrection = [] {
  std::array<float, static_cast<std::size_t>(kGrain) * kFarthest> table{};
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = static_cast<float>(std::log1p(std::exp(-(static_cast<double>(i) + 0.5) / kGrain)));
  return table;
}();

float log_add(float a, float b) {
  if (a < b) std::swap(a, b);
  const float apart = a - b;
  return apart < kFarthest ? a + kCorrection[static_cast<std::size_t>(apart * kGrain)] : a;
}

}  // namespace

Decoder::Decoder(std::shared_ptr<const LanguageModel> language, std::size_t phones, DecoderOptions options)
    : language_(std::move(language)), phones_(phones), options_(options) {
  reset();
}

void Decoder::use(std::shared_ptr<const LanguageModel> language) {
  language_ = std::move(language);
  reset();
}

void Decoder::reset() {
  beam_.clear();
  links_.clear();
  Hypothesis start;
  start.history = language_->start();
  start.phone = kNever;
  beam_.push_back(start);
  if (places_.empty()) places_.resize(kMostCandidates * 2);
}

std::size_t Decoder::hash(std::uint32_t node, const History& history) {
  std::uint64_t h = (static_cast<std::uint64_t>(history.before) << 32 | history.last) * 0x9E3779B97F4A7C15ULL;
  h ^= (static_cast<std::uint64_t>(node) << 16 | history.word_class) + (h >> 29);
  h *= 0xBF58476D1CE4E5B9ULL;
  return h ^ (h >> 32);
}

// `h.rank` is set; what is far below the best so far is not even kept.
void Decoder::add(const Hypothesis& h) {
  if (h.rank < best_rank_ - options_.beam_width) return;
  best_rank_ = std::max(best_rank_, h.rank);
  std::size_t at = hash(h.node, h.history) & (places_.size() - 1);
  for (; places_[at].push == push_; at = (at + 1) & (places_.size() - 1)) {
    Hypothesis& old = next_[places_[at].index];
    if (old.node != h.node || old.history != h.history) continue;
    // The same node after the same words: acoustic paths add up; of two ways to get here the better keeps its words.
    const float shift = h.language - old.language;
    const float look_ahead = old.rank - old.any - old.language;
    if (h.any + h.language > old.any + old.language) {
      const float blank = log_add(h.blank, old.blank - shift);
      const float phone = log_add(h.phone, old.phone - shift);
      old = h;
      old.blank = blank;
      old.phone = phone;
    } else {
      old.blank = log_add(old.blank, h.blank + shift);
      old.phone = log_add(old.phone, h.phone + shift);
    }
    old.any = log_add(old.blank, old.phone);
    old.rank = old.any + old.language + look_ahead;
    best_rank_ = std::max(best_rank_, old.rank);
    return;
  }
  if (next_.size() * 2 >= places_.size()) return;  // bounded; far more than the beam keeps
  places_[at] = {push_, static_cast<std::uint32_t>(next_.size())};
  next_.push_back(h);
}

void Decoder::push(std::span<const float> row, int step) {
  next_.clear();
  ++push_;
  best_rank_ = kNever;
  const float blank = row[0] * options_.blank_scale;
  const bool any_phone = *std::ranges::max_element(row.subspan(1)) >= options_.least_phone;
  const auto& root = language_->node(0);
  const float kept_before = beam_.front().rank - options_.beam_width;  // sorted: the best of the last step
  for (const Hypothesis& h : beam_) {
    const auto& node = language_->node(h.node);
    const float look_ahead = h.node == 0 ? 0.0F : options_.language * node.best;

    Hypothesis stay = h;
    stay.blank = h.any + blank;
    stay.phone = h.node != 0 && h.phone > kNever / 2 ? h.phone + row[node.phone] : kNever;
    if (stay.phone > kNever / 2 && row[node.phone] > -1.0F) stay.last_phone_step = step;
    stay.any = log_add(stay.blank, stay.phone);
    stay.rank = stay.any + stay.language + look_ahead;
    add(stay);

    const auto grow = [&](const Hypothesis& from, const LanguageModel::Node& parent, bool new_word) {
      for (std::uint32_t c = 0; c < parent.children; ++c) {
        const std::uint32_t id = parent.first_child + c;
        const auto& child = language_->node(id);
        if (row[child.phone] < options_.least_phone) continue;
        // The same phone twice in a row needs a blank between.
        const bool repeat = h.node != 0 && node.phone == child.phone;
        const float phone = (repeat ? h.blank : h.any) + row[child.phone];
        const float rank = phone + from.language + options_.language * child.best;
        if (rank < best_rank_ - options_.beam_width) continue;
        Hypothesis grown = from;
        grown.node = id;
        grown.blank = kNever;
        grown.phone = grown.any = phone;
        grown.rank = rank;
        grown.last_phone_step = step;
        if (new_word) grown.word_begin = step;
        add(grown);
      }
    };
    grow(h, node, h.node == 0);
    if (!any_phone) continue;  // nothing but blank: no word can begin
    for (const WordId word : language_->words_at(node)) {
      Hypothesis ended = h;
      ended.language += options_.language * language_->score(h.history, word) + options_.word_bonus;
      if (h.any + ended.language < kept_before) continue;
      ended.history = language_->after(h.history, word);
      ended.link = static_cast<std::int32_t>(links_.size());
      links_.push_back({h.link, {word, h.word_begin, h.last_phone_step}});
      grow(ended, root, true);
    }
  }
  const auto better = [](const Hypothesis& a, const Hypothesis& b) { return a.rank > b.rank; };
  if (next_.size() > options_.beam) {
    std::nth_element(next_.begin(), next_.begin() + static_cast<std::ptrdiff_t>(options_.beam), next_.end(), better);
    next_.resize(options_.beam);
  }
  std::ranges::sort(next_, better);
  const float floor = next_.front().rank - options_.beam_width;
  while (next_.size() > 1 && next_.back().rank < floor) next_.pop_back();
  beam_.assign(next_.begin(), next_.end());  // not swapped: only one of the two needs room for all candidates
  if (links_.size() > kMostLinks) forget_dead_links();
}

// Keeps the links some hypothesis still leads back to. Links point backwards only, so one pass renumbers them.
void Decoder::forget_dead_links() {
  std::vector<std::int32_t> place(links_.size(), -1);
  for (const Hypothesis& h : beam_) {
    for (std::int32_t l = h.link; l >= 0 && place[static_cast<std::size_t>(l)] < 0;
         l = links_[static_cast<std::size_t>(l)].previous) {
      place[static_cast<std::size_t>(l)] = 0;
    }
  }
  std::int32_t kept = 0;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (place[i] < 0) continue;
    place[i] = kept;
    Link link = links_[i];
    if (link.previous >= 0) link.previous = place[static_cast<std::size_t>(link.previous)];
    links_[static_cast<std::size_t>(kept++)] = link;
  }
  links_.resize(static_cast<std::size_t>(kept));
  for (Hypothesis& h : beam_) {
    if (h.link >= 0) h.link = place[static_cast<std::size_t>(h.link)];
  }
}

std::vector<DecodedWord> Decoder::trace(std::int32_t link) const {
  std::vector<DecodedWord> words;
  for (; link >= 0; link = links_[static_cast<std::size_t>(link)].previous)
    words.push_back(links_[static_cast<std::size_t>(link)].word);
  std::ranges::reverse(words);
  return words;
}

std::vector<DecodedWord> Decoder::partial() const {
  const Hypothesis& best = beam_.front();
  auto words = trace(best.link);
  // A word that is complete at this node is shown at once; it may still grow into another.
  WordId likeliest = 0;
  float score = kNever;
  for (const WordId w : language_->words_at(language_->node(best.node))) {
    const float s = language_->score(best.history, w);
    if (s > score) {
      score = s;
      likeliest = w;
    }
  }
  if (score > kNever) words.push_back({likeliest, best.word_begin, best.last_phone_step});
  return words;
}

std::vector<DecodedWord> Decoder::finish() {
  float best_score = kNever;
  std::vector<DecodedWord> best;
  for (const Hypothesis& h : beam_) {
    const float base = h.any + h.language;
    if (h.node == 0) {
      if (base > best_score) {
        best_score = base;
        best = trace(h.link);
      }
      continue;
    }
    for (const WordId w : language_->words_at(language_->node(h.node))) {
      const auto end = language_->score(language_->after(h.history, w), language_->end_of_sentence());
      const float s = base + options_.language * (language_->score(h.history, w) + end) + options_.word_bonus;
      if (s > best_score) {
        best_score = s;
        best = trace(h.link);
        best.push_back({w, h.word_begin, h.last_phone_step});
      }
    }
  }
  // No hypothesis ended on a word (cut in the middle of one): what was finished before it.
  if (best.empty() && best_score <= kNever) best = trace(beam_.front().link);
  reset();
  return best;
}

std::string Decoder::text(std::span<const DecodedWord> words) const {
  std::string out;
  for (const auto& w : words) out += language_->spelling(w.word);
  return out;
}

}  // namespace mamori::speech
