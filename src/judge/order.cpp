#include "judge/order.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"

namespace mamori::judge {
namespace {

// Hashes of letters stand in another network than those of words, but a pair must not be taken for a letter or a word.
std::uint64_t pair_of(std::uint64_t before, std::uint64_t letter) {
  const auto bytes = [](const std::uint64_t& id) { return std::string_view(reinterpret_cast<const char*>(&id), sizeof id); };
  const auto hash = base::fnv1a(bytes(letter), base::fnv1a(bytes(before), base::fnv1a("2")));
  return hash == 0 ? 1 : hash;
}

// Part of speech with form, told apart on a word's first letter.
std::uint64_t begun(std::uint64_t form) { return form == 0 ? 0 : (form ^ 0x5555555555555555u) | 1; }

}  // namespace

SeenLetters seen_letters(std::span<const SeenWord> words) {
  SeenLetters out;
  std::size_t all = 0;
  for (const auto& w : words) all += static_cast<std::size_t>(std::ranges::count_if(w.letters, [](auto l) { return l != 0; }));
  out.letters.reserve(std::min(all, kMostLetters));
  out.word.reserve(out.letters.capacity());
  std::uint64_t before = 0;
  std::size_t at = 0;
  for (std::size_t k = 0; k < words.size(); ++k) {
    const auto& w = words[k];
    bool first = true;
    for (const auto letter : w.letters) {
      if (letter == 0) continue;
      const bool kept = all <= kMostLetters || at < kMostLetters / 2 || at >= all - kMostLetters / 2;
      ++at;
      if (kept) {
        SeenWord seen;
        seen.is = {pair_of(before, letter), first ? w.is[0] : 0, first ? begun(w.is[2]) : w.is[2], w.is[3], w.is[4], w.is[5], w.is[6]};
        seen.letters[0] = letter;
        seen.begin = w.begin;
        seen.end = w.end;
        out.letters.push_back(seen);
        out.word.push_back(static_cast<std::uint32_t>(k));
      }
      before = letter;
      first = false;
    }
  }
  return out;
}

OrderModel::OrderModel(std::unique_ptr<const SequenceModel> words, std::unique_ptr<const SequenceModel> letters) : words_(std::move(words)), letters_(std::move(letters)) {}

Scores OrderModel::average(const Scores& words, const Scores& letters) {
  Scores out{};
  for (std::size_t o = 0; o < out.size(); ++o) out[o] = (words[o] + letters[o]) / 2;
  return out;
}

OrderModel::Heard OrderModel::read(std::span<const SeenWord> words) const {
  auto letters = seen_letters(words);
  Heard out{words_->read(words), letters_->read(letters.letters), std::move(letters.word), {}};
  out.scores = average(out.by_words.scores, out.by_letters.scores);
  return out;
}

Scores OrderModel::without(const Heard& heard, const std::vector<bool>& left_out) const {
  std::vector<bool> letters_out(heard.word.size());
  for (std::size_t i = 0; i < letters_out.size(); ++i) letters_out[i] = left_out[heard.word[i]];
  return average(words_->without(heard.by_words, left_out), letters_->without(heard.by_letters, letters_out));
}

// u32 length of the words' network, it, and the letters'.
std::string OrderModel::bytes() const {
  const auto words = words_->bytes();
  std::string out;
  base::put_bytes(out, static_cast<std::uint32_t>(words.size()));
  return out + words + letters_->bytes();
}

base::Result<std::unique_ptr<OrderModel>> OrderModel::parse(std::string_view bytes, const std::string& name) {
  std::uint32_t length = 0;
  if (!base::take_bytes(bytes, length) || length > bytes.size()) return base::fail(base::ErrorCode::kInvalidArgument, name + ": truncated");
  auto words = SequenceModel::parse(bytes.substr(0, length), name);
  if (!words) return base::fail(words.error());
  auto letters = SequenceModel::parse(bytes.substr(length), name);
  if (!letters) return base::fail(letters.error());
  return std::make_unique<OrderModel>(std::move(*words), std::move(*letters));
}

}  // namespace mamori::judge
