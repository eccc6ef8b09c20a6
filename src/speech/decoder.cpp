#include "speech/decoder.h"

#include <algorithm>
#include <cmath>

namespace mamori::speech {
namespace {

constexpr float kNever = -1e30F;
constexpr std::size_t kMostLinks = 16384;  // words kept for hypotheses, dead ones among them: 256 kB

float log_add(float a, float b) {
  if (a < b) std::swap(a, b);
  return b <= kNever / 2 || a - b > 20 ? a : a + std::log1p(std::exp(b - a));
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
}

float Decoder::total(const Hypothesis& h) const { return log_add(h.blank, h.phone) + h.language; }

// With the best word that can still be reached: without it, long words would be dropped before they are complete.
float Decoder::rank(const Hypothesis& h) const {
  return h.node == 0 ? total(h) : total(h) + options_.language * language_->node(h.node).best;
}

std::size_t Decoder::PlaceHash::operator()(const Place& p) const {
  std::uint64_t h = (static_cast<std::uint64_t>(p.history.before) << 32 | p.history.last) * 0x9E3779B97F4A7C15ULL;
  h ^= (static_cast<std::uint64_t>(p.node) << 16 | p.history.word_class) + (h >> 29);
  h *= 0xBF58476D1CE4E5B9ULL;
  return h ^ (h >> 32);
}

void Decoder::add(const Hypothesis& h) {
  const auto [place, fresh] = places_.try_emplace({h.node, h.history}, static_cast<std::uint32_t>(next_.size()));
  if (fresh) {
    next_.push_back(h);
    return;
  }
  Hypothesis& old = next_[place->second];
  // The same node after the same words: acoustic paths add up; of two ways to get here the better keeps its words.
  const float shift = h.language - old.language;
  if (total(h) > total(old)) {
    Hypothesis merged = h;
    merged.blank = log_add(h.blank, old.blank - shift);
    merged.phone = log_add(h.phone, old.phone - shift);
    old = merged;
  } else {
    old.blank = log_add(old.blank, h.blank + shift);
    old.phone = log_add(old.phone, h.phone + shift);
  }
}

void Decoder::push(std::span<const float> row, int step) {
  next_.clear();
  places_.clear();
  const float blank = row[0] * options_.blank_scale;
  for (const Hypothesis& h : beam_) {
    const auto& node = language_->node(h.node);
    const float any = log_add(h.blank, h.phone);

    Hypothesis stay = h;
    stay.blank = any + blank;
    stay.phone = h.node != 0 && h.phone > kNever / 2 ? h.phone + row[node.phone] : kNever;
    if (stay.phone > kNever / 2 && row[node.phone] > -1.0F) stay.last_phone_step = step;
    add(stay);

    const auto grow = [&](const Hypothesis& from, const LanguageModel::Node& parent, bool new_word) {
      bool grew = false;
      for (std::uint32_t c = 0; c < parent.children; ++c) {
        const std::uint32_t child = parent.first_child + c;
        const std::uint8_t phone = language_->node(child).phone;
        if (row[phone] < options_.least_phone) continue;
        Hypothesis grown = from;
        grown.node = child;
        grown.blank = kNever;
        // The same phone twice in a row needs a blank between.
        const bool repeat = h.node != 0 && node.phone == phone;
        grown.phone = (repeat ? h.blank : any) + row[phone];
        if (grown.phone < kNever / 2) continue;
        grown.last_phone_step = step;
        if (new_word) grown.word_begin = step;
        add(grown);
        grew = true;
      }
      return grew;
    };
    grow(h, node, h.node == 0);
    for (const WordId word : language_->words_at(node)) {
      Hypothesis ended = h;
      ended.language += options_.language * language_->score(h.history, word) + options_.word_bonus;
      ended.history = language_->after(h.history, word);
      ended.link = static_cast<std::int32_t>(links_.size());
      if (grow(ended, language_->node(0), true)) links_.push_back({h.link, {word, h.word_begin, h.last_phone_step}});
    }
  }
  const auto better = [this](const Hypothesis& a, const Hypothesis& b) { return rank(a) > rank(b); };
  if (next_.size() > options_.beam) {
    std::nth_element(next_.begin(), next_.begin() + static_cast<std::ptrdiff_t>(options_.beam), next_.end(), better);
    next_.resize(options_.beam);
  }
  std::ranges::sort(next_, better);
  const float floor = rank(next_.front()) - options_.beam_width;
  while (next_.size() > 1 && rank(next_.back()) < floor) next_.pop_back();
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
    const float base = total(h);
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
