#include "speech/language.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "speech/kana.h"

namespace mamori::speech {
namespace {

using base::ErrorCode;

constexpr std::size_t kMissing = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kMaxPhonesPerWord = 64;
constexpr std::size_t kMaxOwnWords = 20000;
constexpr float kNever = -30.0F;
// ln P(word | class) of an organisation's own word: as a much-used name among the names.
constexpr float kOwnWord = -5.0F;

float log_add(float a, float b) {
  if (a < b) std::swap(a, b);
  return a - b > 12 ? a : a + std::log1p(std::exp(b - a));
}

std::unexpected<base::Error> broken(const std::string& what) {
  return base::fail(ErrorCode::kDataLoss, "language model: " + what);
}

// Offsets must start at 0, never fall, and end at `total`.
bool ascending(const std::vector<std::uint32_t>& offsets, std::size_t total) {
  return !offsets.empty() && offsets.front() == 0 && offsets.back() == total && std::ranges::is_sorted(offsets);
}

}  // namespace

base::Result<std::shared_ptr<const LanguageModel>> LanguageModel::load(const std::string& path, std::size_t phones) {
  auto file = Container::open(path, "language");
  if (!file) return std::unexpected(file.error());
  auto model = from(*file, phones);
  if (!model) return base::fail(model.error(), path);
  return model;
}

base::Result<std::shared_ptr<const LanguageModel>> LanguageModel::from(const Container& file, std::size_t phones) {
  const auto words = base::get_int(file.header(), "words");
  const auto first_mora = base::get_int(file.header(), "first_mora");
  const auto bos = base::get_int(file.header(), "bos", -1);
  const auto eos = base::get_int(file.header(), "eos", -1);
  const auto in_text = base::get_int(file.header(), "in_text");
  const auto classes = base::get_int(file.header(), "classes");
  const auto new_word_class = base::get_int(file.header(), "new_word_class");
  const double step = base::get_double(file.header(), "follow_step", 0);
  const double weight = base::get_double(file.header(), "trigram_weight", 0);
  if (base::get_int(file.header(), "format") != 2) return broken("of another version; this Mamori reads format 2");
  if (words < 3 || words > static_cast<std::int64_t>(kMaxWords) || first_mora < 2 || first_mora > words || bos < 0 ||
      bos >= words || eos < 0 || eos >= words || in_text < 2 || in_text > first_mora || in_text >= 65535) {
    return broken("word counts out of range");
  }
  if (classes < 1 || classes > 8192 || new_word_class < 0 || new_word_class >= classes || !(step > 0 && step < 1) ||
      !(weight > 0 && weight < 1)) {
    return broken("class constants out of range");
  }
  const auto v = static_cast<std::size_t>(words);
  const auto c = static_cast<std::size_t>(classes);
  auto made = std::make_shared<LanguageModel>();
  made->bos_ = static_cast<WordId>(bos);
  made->eos_ = static_cast<WordId>(eos);
  made->first_mora_ = static_cast<WordId>(first_mora);
  made->end_mora_ = static_cast<WordId>(words);
  made->in_text_ = static_cast<WordId>(in_text);
  made->classes_ = c;
  made->new_word_class_ = static_cast<std::uint16_t>(new_word_class);
  made->follow_step_ = static_cast<float>(step);
  made->log_trigram_weight_ = static_cast<float>(std::log(weight));
  made->log_class_weight_ = static_cast<float>(std::log(1 - weight));

  base::Error error;
  bool ok = true;
  const auto take = [&](auto result, auto& into) {
    if (!ok) return;
    if (!result) {
      ok = false;
      error = result.error();
      return;
    }
    into = std::move(*result);
  };
  take(file.shorts("left_class", v), made->left_class_);
  take(file.shorts("right_class", v), made->right_class_);
  take(file.floats("in_class", v), made->in_class_);
  take(file.floats("class_prior", c), made->class_prior_);
  take(file.bytes("follow", c * c), made->follow_);
  take(file.bytes("words"), made->text_);
  take(file.words("word_offsets", v + 1), made->text_offsets_);
  take(file.bytes("phones"), made->phones_);
  take(file.words("phone_offsets", v + 1), made->phone_offsets_);
  take(file.floats("unigram", v), made->unigram_);
  take(file.floats("unigram_backoff", v), made->unigram_backoff_);
  take(file.words("bigram_offsets", v + 1), made->bigram_offsets_);
  take(file.shorts("bigram_words"), made->bigram_words_);
  if (!ok) return base::fail(error, "language model");
  const std::size_t bigrams = made->bigram_words_.size();
  take(file.floats("bigram"), made->bigram_);
  take(file.floats("bigram_backoff"), made->bigram_backoff_);
  take(file.words("trigram_offsets", bigrams + 1), made->trigram_offsets_);
  take(file.shorts("trigram_words"), made->trigram_words_);
  take(file.floats("trigram"), made->trigram_);
  if (!ok) return base::fail(error, "language model");

  if (!ascending(made->text_offsets_, made->text_.size()) || !ascending(made->phone_offsets_, made->phones_.size()) ||
      !ascending(made->bigram_offsets_, bigrams) || made->bigram_.size() != bigrams ||
      made->bigram_backoff_.size() != bigrams || !ascending(made->trigram_offsets_, made->trigram_words_.size()) ||
      made->trigram_.size() != made->trigram_words_.size()) {
    return broken("its tables do not fit together");
  }
  const auto known = [in_text](std::uint16_t w) { return w < in_text; };
  const auto real = [c](std::uint16_t k) { return k < c; };
  if (!std::ranges::all_of(made->bigram_words_, known) || !std::ranges::all_of(made->trigram_words_, known)) {
    return broken("a word number is out of range");
  }
  if (!std::ranges::all_of(made->left_class_, real) || !std::ranges::all_of(made->right_class_, real)) {
    return broken("a class number is out of range");
  }
  if (!std::ranges::all_of(made->phones_, [phones](std::uint8_t p) { return p > 0 && p < phones; })) {
    return broken("a pronunciation uses a phone the acoustic model does not have");
  }
  for (std::size_t w = 0; w < v; ++w) {
    if (made->phone_offsets_[w + 1] - made->phone_offsets_[w] > kMaxPhonesPerWord)
      return broken("a pronunciation is too long");
  }
  made->build_tree();
  return made;
}

std::string_view LanguageModel::spelling(WordId word) const {
  return {reinterpret_cast<const char*>(text_.data()) + text_offsets_[word],
          text_offsets_[word + 1] - text_offsets_[word]};
}

std::span<const std::uint8_t> LanguageModel::pronunciation(WordId word) const {
  return {phones_.data() + phone_offsets_[word], phone_offsets_[word + 1] - phone_offsets_[word]};
}

// Breadth first over the words sorted by pronunciation, so that a node's children and words lie side by side.
void LanguageModel::build_tree() {
  std::vector<WordId> order;
  for (std::size_t w = 0; w < size(); ++w) {
    if (!pronunciation(static_cast<WordId>(w)).empty()) order.push_back(static_cast<WordId>(w));
  }
  std::ranges::stable_sort(order, [this](WordId a, WordId b) {
    return std::ranges::lexicographical_compare(pronunciation(a), pronunciation(b));
  });
  struct Range {
    std::size_t first, last, depth;
  };
  nodes_.push_back({});
  std::vector<Range> ranges{{0, order.size(), 0}};
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    auto [at, last, depth] = ranges[n];
    nodes_[n].first_word = static_cast<std::uint32_t>(node_words_.size());
    while (at < last && pronunciation(order[at]).size() == depth) node_words_.push_back(order[at++]);
    nodes_[n].words = static_cast<std::uint16_t>(node_words_.size() - nodes_[n].first_word);
    nodes_[n].first_child = static_cast<std::uint32_t>(nodes_.size());
    while (at < last) {
      const std::uint8_t phone = pronunciation(order[at])[depth];
      std::size_t end = at;
      while (end < last && pronunciation(order[end])[depth] == phone) ++end;
      Node child;
      child.phone = phone;
      nodes_.push_back(child);
      ranges.push_back({at, end, depth + 1});
      ++nodes_[n].children;
      at = end;
    }
  }
  for (std::size_t n = nodes_.size(); n-- > 0;) {
    float best = kNever;
    for (const WordId w : words_at(nodes_[n])) best = std::max(best, alone(w));
    for (std::uint32_t c = 0; c < nodes_[n].children; ++c)
      best = std::max(best, nodes_[nodes_[n].first_child + c].best);
    nodes_[n].best = best;
  }
}

std::size_t LanguageModel::find_bigram(WordId last, WordId word) const {
  const auto first = bigram_words_.begin() + bigram_offsets_[last];
  const auto end = bigram_words_.begin() + bigram_offsets_[last + 1];
  const auto at = std::lower_bound(first, end, word);
  return at != end && *at == word ? static_cast<std::size_t>(at - bigram_words_.begin()) : kMissing;
}

float LanguageModel::bigram(WordId last, WordId word) const {
  const std::size_t at = find_bigram(last, word);
  return at != kMissing ? bigram_[at] : unigram_backoff_[last] + unigram_[word];
}

float LanguageModel::trigram(History history, WordId word) const {
  if (history.last == kNoWord) return unigram_[word];
  const std::size_t pair = history.before == kNoWord ? kMissing : find_bigram(history.before, history.last);
  if (pair == kMissing) return bigram(history.last, word);
  const auto first = trigram_words_.begin() + trigram_offsets_[pair];
  const auto end = trigram_words_.begin() + trigram_offsets_[pair + 1];
  const auto at = std::lower_bound(first, end, word);
  if (at != end && *at == word) return trigram_[static_cast<std::size_t>(at - trigram_words_.begin())];
  return bigram_backoff_[pair] + bigram(history.last, word);
}

float LanguageModel::alone(WordId word) const {
  if (is_mora(word)) return unigram_[word];
  const float by_class = log_class_weight_ + class_prior_[left_class_[word]] + in_class_[word];
  return word < in_text_ ? log_add(log_trigram_weight_ + unigram_[word], by_class) : by_class;
}

float LanguageModel::score(History history, WordId word) const {
  if (is_mora(word)) return unigram_[word];
  // The end of a sentence is a class of its own, without words in it.
  const std::size_t to = word == eos_ ? 0 : left_class_[word];
  const float in_class = word == eos_ ? 0.0F : in_class_[word];
  const float by_class = log_class_weight_ + in_class -
                         follow_step_ * static_cast<float>(follow_[history.word_class * classes_ + to]);
  return word < in_text_ ? log_add(log_trigram_weight_ + trigram(history, word), by_class) : by_class;
}

History LanguageModel::after(History history, WordId word) const {
  History next;
  next.word_class = right_class_[word];
  if (word >= in_text_ || bigram_offsets_[word] == bigram_offsets_[word + 1]) return next;
  next.last = word;
  if (history.last == kNoWord) return next;
  const std::size_t pair = find_bigram(history.last, word);
  if (pair != kMissing && trigram_offsets_[pair] != trigram_offsets_[pair + 1]) next.before = history.last;
  return next;
}

base::Result<std::shared_ptr<const LanguageModel>> LanguageModel::with_words(
    std::span<const OwnWord> words, std::span<const std::string> phone_symbols) const {
  if (words.size() > kMaxOwnWords || size() + words.size() > kMaxWords) {
    return base::fail(ErrorCode::kInvalidArgument, "too many words of one's own");
  }
  auto made = std::make_shared<LanguageModel>(*this);
  made->nodes_.clear();
  made->node_words_.clear();
  for (const OwnWord& word : words) {
    const auto spelled = phonemes_of_kana(word.reading);
    const auto spoken = spoken_phonemes_of_kana(word.reading);
    for (const auto* said : {&spelled, &spoken}) {
      if (said == &spoken && spoken == spelled) continue;
      std::vector<std::uint8_t> phones;
      for (const std::string& symbol : *said) {
        const auto at = std::ranges::find(phone_symbols, symbol);
        if (at == phone_symbols.end()) {
          phones.clear();
          break;
        }
        phones.push_back(static_cast<std::uint8_t>(at - phone_symbols.begin()));
      }
      if (word.spelling.empty() || phones.empty() || phones.size() > kMaxPhonesPerWord) {
        return base::fail(ErrorCode::kInvalidArgument, "word 「" + word.spelling + "」: its reading 「" + word.reading +
                                                           "」 is not kana that can be said");
      }
      made->text_.insert(made->text_.end(), word.spelling.begin(), word.spelling.end());
      made->text_offsets_.push_back(static_cast<std::uint32_t>(made->text_.size()));
      made->phones_.insert(made->phones_.end(), phones.begin(), phones.end());
      made->phone_offsets_.push_back(static_cast<std::uint32_t>(made->phones_.size()));
      made->left_class_.push_back(new_word_class_);
      made->right_class_.push_back(new_word_class_);
      made->in_class_.push_back(kOwnWord);
    }
  }
  made->build_tree();
  return made;
}

}  // namespace mamori::speech
