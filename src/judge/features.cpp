#include "judge/features.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>

#include "text/letters.h"

namespace mamori::judge {
namespace {

constexpr std::uint64_t kOffset = 14695981039346656037ull;
constexpr double kSequenceWeight = 5;
constexpr double kShortText = 12;  // bytes
constexpr std::size_t kMostClassesInSentence = 12;
constexpr std::size_t kMostQuote = 360;  // bytes: a longer pair of quotation marks is no quotation of speech

// One step of a multiplicative hash (the finaliser of MurmurHash3, Appleby 2011).
std::uint64_t mix(std::uint64_t hash, std::uint64_t number) {
  hash = (hash ^ number) * 0xFF51AFD7ED558CCDull;
  return hash ^ (hash >> 33);
}
// Eight bytes at a time, then the length.
std::uint64_t mix(std::uint64_t hash, std::string_view bytes) {
  const auto length = bytes.size();
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    hash = mix(hash, word);
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, bytes.data(), bytes.size());
  return mix(mix(hash, rest), length);
}

// Byte ranges between quotation marks.
std::vector<std::pair<std::size_t, std::size_t>> quotes(std::string_view text) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kMarks{{{"「", "」"}, {"『", "』"}, {"“", "”"}}};
  // By their second byte, which few others have: every kana begins as the marks do.
  for (auto middle = text.find('\x80'); middle != std::string_view::npos; middle = text.find('\x80', middle + 1)) {
    if (middle == 0) continue;
    const auto at = middle - 1;
    for (const auto& [open, close] : kMarks) {
      if (text.substr(at, open.size()) != open) continue;
      const auto end = text.find(close, at + open.size());
      if (end != std::string_view::npos && end - at <= kMostQuote) out.emplace_back(at + open.size(), end);
    }
  }
  std::ranges::sort(out);
  return out;
}

// How a sentence stands: an order, a question, something that was done to the speaker ...
enum Mood : std::uint32_t { kOrder = 1,
                            kQuestion = 2,
                            kPassive = 4,
                            kNegative = 8,
                            kPast = 16,
                            kPolite = 32,
                            kWill = 64,
                            kCondition = 128,
                            kForbid = 256 };

class Extractor {
 public:
  Extractor(const Reading& reading, const Surroundings& around, const std::vector<Lexicon::Word>& classes, const FeatureIndex* known)
      : r_(reading), a_(around), known_(known), classes_(classes), text_(reading.normal.folded), note_(around.medium == contact::Medium::kCounter) {
    if (!note_) quotes_ = quotes(text_);
  }

  std::vector<Feature> run() {
    out_.reserve(2 * text_.size() + 64);
    for (auto* letters : {&starts_, &content_}) letters->reserve(text_.size() / 2 + 8);
    for (auto* numbers : {&letters_, &hashes_}) numbers->reserve(text_.size() / 2 + 8);
    sounds_.reserve(text_.size() / 2 + 8);
    auto token = r_.tokens.begin();
    auto cls = classes_.begin();
    const auto parts = sentences(text_);
    for (const auto& [begin, end] : parts) {
      characters(begin, end);
      while (token != r_.tokens.end() && token->begin < begin) ++token;
      auto last = token;
      while (last != r_.tokens.end() && last->begin < end) ++last;
      const std::span<const text::Token> words(token, last);
      const auto mood = mood_of(words, text_.substr(begin, end - begin));
      sounds(words);
      words_of(words);
      moods(words, mood);
      while (cls != classes_.end() && cls->begin < begin) ++cls;
      auto cls_last = cls;
      while (cls_last != classes_.end() && cls_last->begin < end) ++cls_last;
      class_pairs({cls, cls_last}, mood);
      token = last;
      cls = cls_last;
    }
    whole_pairs();
    frames();
    place(parts.size());
    return finish();
  }

 private:
  // `adapt`: once more for staff notes alone, so that what a note reports may weigh otherwise than what a person says
  // ("frustratingly easy" domain adaptation, Daumé III 2007).
  void put(FeatureKind kind, std::uint64_t id, std::size_t begin, std::size_t end, float value, bool adapt = true) {
    if (!known_ || known_->may_know(id)) add(kind, id, begin, end, value);
    if (note_ && adapt) add(kind, mix(id, 0xC0), begin, end, value);
  }

  // Rows are looked up in the end: by then the index has come into the cache.
  [[gnu::noinline]] void add(FeatureKind kind, std::uint64_t id, std::size_t begin, std::size_t end, float value) {
    if (known_) known_->expect(id);
    out_.push_back({id, value, kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), 0});
  }

  // Leaves what the index knows, each once.
  void look_up() {
    std::size_t kept = 0;
    for (auto& f : out_) {
      f.row = known_->row(f.id);
      if (f.row >= 0 && first_time(f.row)) out_[kept++] = f;
    }
    out_.resize(kept);
  }

  // Whether this row was not there yet: a small hash set, so that what is judged need not be sorted.
  bool first_time(std::int32_t row) {
    auto* rows = rows_.data();
    const auto mask = rows_.size() - 1;
    auto at = static_cast<std::size_t>(static_cast<std::uint32_t>(row) * 2654435761u) & mask;
    while (rows[at] >= 0) {
      if (rows[at] == row) return false;
      at = (at + 1) & mask;
    }
    rows[at] = row;
    if (++taken_ * 2 > mask) grow();
    return true;
  }

  void grow() {
    auto old = std::move(rows_);
    rows_.assign(old.size() * 2, -1);
    for (const auto row : old) {
      if (row < 0) continue;
      auto at = static_cast<std::size_t>(static_cast<std::uint32_t>(row) * 2654435761u) & (rows_.size() - 1);
      while (rows_[at] >= 0) at = (at + 1) & (rows_.size() - 1);
      rows_[at] = row;
    }
  }

  static std::uint64_t start(FeatureKind kind, std::uint32_t space = 0) { return mix(kOffset, static_cast<std::uint64_t>(kind) << 8 | space); }

  [[nodiscard]] bool quoted(std::size_t at) const {
    return std::ranges::any_of(quotes_, [&](const auto& q) { return q.first <= at && at < q.second; });
  }

  // The bytes of one character as a number.
  static std::uint64_t letter(std::string_view text, std::size_t from, std::size_t length) {
    std::uint32_t out = 0;
    if (from + sizeof out > text.size()) {
      std::memcpy(&out, text.data() + from, length);
      return out;
    }
    std::memcpy(&out, text.data() + from, sizeof out);  // a fixed length is one instruction
    return length < sizeof out ? out & ((1u << (8 * length)) - 1) : out;
  }

  void characters(std::size_t begin, std::size_t end) {
    starts_.clear();
    letters_.clear();
    for (std::size_t i = begin; i < end;) {
      const auto length = text::letter_length(text_, i);
      starts_.push_back(i);
      letters_.push_back(letter(text_, i, length));
      i += length;
    }
    starts_.push_back(end);
    const std::size_t n = starts_.size() - 1;
    for (std::size_t i = 0; i < n; ++i) {
      auto hash = start(FeatureKind::kCharacters, quoted(starts_[i]) ? 1 : 0);
      for (std::size_t length = 1; length <= 4 && i + length <= n; ++length) {
        hash = mix(hash, letters_[i + length - 1]);
        if (length >= 2) put(FeatureKind::kCharacters, hash, starts_[i], starts_[i + length], 1, false);
      }
      // How a sentence begins and ends says much about its tone.
      if (n - i <= 4) put(FeatureKind::kCharacters, mix(start(FeatureKind::kCharacters, 2), text_.substr(starts_[i], end - starts_[i])), starts_[i], end, 1, false);
    }
    for (std::size_t length = 1; length <= 4 && length <= n; ++length) {
      put(FeatureKind::kCharacters, mix(start(FeatureKind::kCharacters, 3), text_.substr(begin, starts_[length] - begin)), begin, starts_[length], 1, false);
    }
  }

  // Three to five sounds in a row, across the borders of words.
  void sounds(std::span<const text::Token> words) {
    sounds_.clear();
    for (const auto& t : words) {
      if (t.pos == "記号") continue;
      for (std::size_t i = 0; i < t.reading.size();) {
        const auto length = text::letter_length(t.reading, i);
        sounds_.push_back({letter(t.reading, i, length), t.begin, t.end});
        i += length;
      }
    }
    for (std::size_t i = 0; i < sounds_.size(); ++i) {
      auto hash = start(FeatureKind::kSounds, quoted(sounds_[i].begin) ? 1 : 0);
      for (std::size_t length = 1; length <= 5 && i + length <= sounds_.size(); ++length) {
        hash = mix(hash, sounds_[i + length - 1].sound);
        if (length >= 3) put(FeatureKind::kSounds, hash, sounds_[i].begin, sounds_[i + length - 1].end, 1, false);
      }
    }
  }

  [[nodiscard]] std::string_view word(const text::Token& t) const { return t.base.empty() ? text_.substr(t.begin, t.end - t.begin) : t.base; }

  static bool content(const text::Token& t) { return t.pos == "名詞" || t.pos == "動詞" || t.pos == "形容詞" || t.pos == "副詞" || t.pos == "感動詞"; }

  void words_of(std::span<const text::Token> words) {
    hashes_.clear();
    content_.clear();
    for (std::size_t i = 0; i < words.size(); ++i) {
      hashes_.push_back(mix(kOffset, word(words[i])));
      if (content(words[i])) content_.push_back(i);
    }
    std::size_t next_content = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::uint32_t space = quoted(words[i].begin) ? 1 : 0;
      put(FeatureKind::kWord, mix(start(FeatureKind::kWord, space), hashes_[i]), words[i].begin, words[i].end, 1);
      if (i + 1 < words.size()) put(FeatureKind::kWords, mix(mix(start(FeatureKind::kWords, space), hashes_[i]), hashes_[i + 1]), words[i].begin, words[i + 1].end, 1, false);
      // Pairs of content words that stand near each other.
      if (next_content == content_.size() || content_[next_content] != i) continue;
      ++next_content;
      for (const auto j : std::span(content_).subspan(next_content, std::min<std::size_t>(4, content_.size() - next_content))) {
        put(FeatureKind::kWords, mix(mix(start(FeatureKind::kWords, 2 + space), hashes_[i]), hashes_[j]), words[i].begin, words[j].end, 1, false);
      }
    }
  }

  [[nodiscard]] std::uint32_t mood_of(std::span<const text::Token> words, std::string_view sentence) const {
    std::uint32_t mood = 0;
    for (const auto& t : words) {
      if (t.form.starts_with("命令")) mood |= kOrder;
      if (t.form == "仮定形" || t.base == "たら" || t.base == "なら" || t.base == "ば") mood |= kCondition;
      if (t.base == "れる" || t.base == "られる") mood |= kPassive;
      if (t.base == "ない" || t.base == "ぬ" || t.base == "ん" || t.base == "まい") mood |= kNegative;
      if (t.base == "です" || t.base == "ます" || t.base == "ございます" || t.base == "いただく" || t.base == "くださる") mood |= kPolite;
      if (t.base == "う" || t.base == "よう") mood |= kWill;
      if (t.base == "たい") mood |= kWill;
    }
    if (!words.empty()) {
      auto last = words.end() - 1;
      while (last != words.begin() && last->pos == "記号") --last;
      const auto w = text_.substr(last->begin, last->end - last->begin);
      if (last->base == "た" || last->base == "だ") mood |= kPast;
      if (w == "か" || w == "の" || w == "かな" || w == "かい") mood |= kQuestion;
      if (w == "な" && last != words.begin() && (last - 1)->pos == "動詞") mood |= kForbid;
    }
    if (sentence.find('?') != std::string_view::npos) mood |= kQuestion;
    return mood;
  }

  void moods(std::span<const text::Token> words, std::uint32_t mood) {
    for (std::uint32_t bit = 1; bit <= kForbid; bit <<= 1) {
      if (mood & bit) put(FeatureKind::kMood, mix(start(FeatureKind::kMood), bit), 0, 0, 1);
    }
    if (words.empty()) return;
    // The last two words carry the tone: だろ, んだよ, てください.
    const auto from = words.size() >= 2 ? words.size() - 2 : 0;
    auto id = start(FeatureKind::kMood, 1);
    for (std::size_t i = from; i < words.size(); ++i) id = mix(id, text_.substr(words[i].begin, words[i].end - words[i].begin));
    put(FeatureKind::kMood, id, words[from].begin, words.back().end, 1);
  }

  void class_pairs(std::span<const Lexicon::Word> found, std::uint32_t mood) {
    found = found.first(std::min(found.size(), kMostClassesInSentence));
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::uint32_t space = quoted(found[i].begin) ? 1 : 0;
      put(FeatureKind::kClass, mix(start(FeatureKind::kClass, space), found[i].cls), found[i].begin, found[i].end, 1);
      for (std::uint32_t bit = 1; bit <= kForbid; bit <<= 1) {
        if (mood & bit) put(FeatureKind::kClass, mix(mix(start(FeatureKind::kClass, 2 + space), found[i].cls), bit), found[i].begin, found[i].end, 1);
      }
      for (std::size_t j = i + 1; j < found.size(); ++j) {
        if (found[j].cls == found[i].cls) continue;
        put(FeatureKind::kClasses, mix(mix(start(FeatureKind::kClasses, space), found[i].cls), found[j].cls), found[i].begin, found[j].end, 1);
      }
    }
  }

  // Classes that stand in different sentences of one short message: the condition in one, the cost in the next.
  void whole_pairs() {
    std::vector<std::uint64_t> all;
    for (const auto& w : classes_) {
      if (!quoted(w.begin)) all.push_back(w.cls);
    }
    std::ranges::sort(all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    if (all.size() > 16) return;
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = i + 1; j < all.size(); ++j) put(FeatureKind::kClasses, mix(mix(start(FeatureKind::kClasses, 4), all[i]), all[j]), 0, 0, 0.5F, false);
    }
  }

  void frames() {
    for (const auto& m : r_.matches) {
      const bool excused = (!m.excused_by.empty() && !(note_ && m.excused_by == "quotation")) || (r_.about_words && !note_ && m.frame->category && m.frame->quotable);
      const auto kind = excused ? FeatureKind::kExcused : FeatureKind::kFrame;
      auto id = mix(start(kind), m.frame->id);
      if (excused) id = mix(id, m.excused_by);
      put(kind, id, m.begin, m.end, 1);
      if (!m.frame->category) continue;
      const auto category = static_cast<std::uint64_t>(*m.frame->category);
      put(kind, mix(mix(start(kind, 1), category), static_cast<std::uint64_t>(m.frame->level)), m.begin, m.end, 1);
      put(kind, mix(start(kind, 2), category), m.begin, m.end, 1);
      put(kind, start(kind, 3), m.begin, m.end, 1);
    }
  }

  void place(std::size_t sentence_count) {
    const auto on = [&](std::uint32_t what, std::uint64_t more = 0) { put(FeatureKind::kPlace, mix(start(FeatureKind::kPlace, what), more), 0, 0, 1, false); };
    on(1, static_cast<std::uint64_t>(a_.medium));
    if (r_.about_words) on(2);
    if (!quotes_.empty()) on(3);
    std::size_t bucket = 0;
    for (std::size_t n = text_.size(); n > 24 && bucket < 6; n /= 2) ++bucket;
    on(4, bucket);
    on(5, std::min<std::size_t>(sentence_count, 5));
    if (text_.find("!") != std::string::npos) on(6);
    if (!a_.dialogue) return;
    on(7);
    const std::array<bool, 6> said{a_.refused, a_.final_answer, a_.end_requested, a_.warned, a_.again, a_.demand_refused};
    for (std::size_t i = 0; i < said.size(); ++i) {
      if (!said[i]) continue;
      on(10, i);
      for (const auto& m : r_.matches) {
        if (m.excused_by.empty()) put(FeatureKind::kFrame, mix(mix(start(FeatureKind::kFrame, 8), i), m.frame->id), m.begin, m.end, 1);
      }
      for (const auto& w : classes_) put(FeatureKind::kClass, mix(mix(start(FeatureKind::kClass, 8), i), w.cls), w.begin, w.end, 1);
    }
  }

  // Each feature once. Sequences and words share one length, so that a long mail does not shout louder than a short sentence;
  // what is rare and telling (frames, classes) keeps its own weight.
  std::vector<Feature> finish() {
    if (known_) {
      look_up();
    } else {
      std::ranges::sort(out_, [](const Feature& a, const Feature& b) { return a.id != b.id ? a.id < b.id : a.begin < b.begin; });
      out_.erase(std::ranges::unique(out_, {}, &Feature::id).begin(), out_.end());
    }
    const auto scale = static_cast<float>(kSequenceWeight / std::sqrt(std::max(static_cast<double>(text_.size()), kShortText)));
    const auto pair_scale = static_cast<float>(1.5 / std::sqrt(std::max(2.0 * static_cast<double>(classes_.size()), 6.0)));
    const auto weight = [&](FeatureKind kind) {
      switch (kind) {
        case FeatureKind::kCharacters:
        case FeatureKind::kSounds:
        case FeatureKind::kWord:
        case FeatureKind::kWords: return scale;
        case FeatureKind::kClass:
        case FeatureKind::kClasses: return pair_scale;
        case FeatureKind::kMood: return 0.3F;
        case FeatureKind::kPlace: return 0.5F;
        case FeatureKind::kFrame:
        case FeatureKind::kExcused: return 0.7F;
      }
      return 1.0F;
    };
    std::array<float, static_cast<std::size_t>(FeatureKind::kPlace) + 1> weights{};
    for (std::size_t k = 0; k < weights.size(); ++k) weights[k] = weight(static_cast<FeatureKind>(k));
    for (auto& f : out_) f.value *= weights[static_cast<std::size_t>(f.kind)];
    return std::move(out_);
  }

  const Reading& r_;
  const Surroundings& a_;
  const FeatureIndex* known_;
  const std::vector<Lexicon::Word>& classes_;
  std::string_view text_;
  bool note_;
  std::vector<std::pair<std::size_t, std::size_t>> quotes_;
  std::vector<std::size_t> starts_;
  std::vector<std::uint64_t> letters_;
  std::vector<std::size_t> content_;
  std::vector<std::uint64_t> hashes_;
  struct Sound {
    std::uint64_t sound;
    std::size_t begin, end;
  };
  std::vector<Sound> sounds_;
  std::vector<std::int32_t> rows_ = std::vector<std::int32_t>(1024, -1);
  std::size_t taken_ = 0;
  std::vector<Feature> out_;
};

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> sentences(std::string_view text) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  std::size_t from = 0;
  const auto take = [&](std::size_t to) {
    if (to > from) out.emplace_back(from, to);
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto n = text::letter_length(text, i);
    const auto c = text.substr(i, n);
    i += n;
    if (c == "。" || c == "!" || c == "?" || c == "\n") {
      while (i < text.size() && (text[i] == '!' || text[i] == '?' || text[i] == '\n')) ++i;
      take(i);
      from = i;
    }
  }
  take(text.size());
  return out;
}

FeatureIndex::FeatureIndex(std::vector<std::uint64_t> ids) : ids_(std::move(ids)), slots_(std::bit_ceil(2 * ids_.size() + 2)), mask_(slots_.size() - 1), seen_(kFilterWords, 0) {
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    const auto id = ids_[i];
    seen_[id % kFilterWords] |= bits_of(id);
    auto at = id & mask_;
    while (slots_[at] != 0) at = (at + 1) & mask_;
    slots_[at] = (id & ~kRowMask) | (i + 1);
  }
}

std::vector<Feature> features(const Reading& reading, const Surroundings& around, const std::vector<Lexicon::Word>& classes, const FeatureIndex* known) {
  return Extractor(reading, around, classes, known).run();
}

}  // namespace mamori::judge
