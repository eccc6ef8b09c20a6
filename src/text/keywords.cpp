#include "text/keywords.h"

#include <bit>
#include <map>

namespace mamori::text {

Keywords::Keywords(std::span<const std::string> words) : pairs_(kBits / 64, 0), shorts_(kBits / 64, 0) {
  const auto set = [](std::vector<std::uint64_t>& table, std::uint32_t at) { table[at / 64] |= std::uint64_t{1} << (at % 64); };
  std::vector<Word> short_words;
  std::map<std::string_view, std::vector<Word>> after;  // two letters -> the rest of the words that begin with them
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto index = static_cast<std::uint32_t>(i);
    if (word.empty()) continue;
    inside_letters_ = inside_letters_ || (static_cast<unsigned char>(word[0]) & 0xC0) == 0x80;
    if (word.size() >= kPair) {
      set(pairs_, hash(key_of(word)));
      after[word.substr(0, kPair)].push_back({word.substr(kPair), index});
      continue;
    }
    short_words.push_back({word, index});
    if (word.size() >= kLetter) {
      set(shorts_, hash(key_of<kLetter>(word)));
      any_short_ = true;
    } else {
      tiny_[static_cast<unsigned char>(word[0])] = true;
    }
  }

  const auto root = [&](std::vector<Word>& list) {
    std::ranges::stable_sort(list, {}, &Word::rest);
    tree_.resize((tree_.size() + kAlign - 1) / kAlign * kAlign);
    return plant(list, 0);
  };
  tree_.resize(kAlign);  // no node lies at 0
  root(short_words);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> keys;
  for (auto& [letters, list] : after) keys.emplace_back(key_of(letters), root(list) / kAlign);

  // So many slots that keys with the same lower 40 bits begin at least kFar apart, and as many more as keep every key near its place.
  constexpr std::size_t kFar = 32;
  bool near = false;
  for (auto size = std::bit_ceil(std::max<std::size_t>(2 * keys.size() + 2, 1u << 13)); !near; size *= 2) {
    near = true;
    slots_.assign(size, 0);
    pair_shift_ = static_cast<int>(8 * kPair) - std::countr_zero(size);
    for (const auto& [key, node] : keys) {
      auto at = key >> pair_shift_;
      std::size_t away = 0;
      for (; slots_[at] != 0; ++away) at = (at + 1) & (size - 1);
      near = near && away < kFar;
      slots_[at] = key << kNodeBits | node;
    }
  }
}

// The node of these words, which are sorted and the same up to byte `from`. Returns where it lies.
std::size_t Keywords::plant(std::span<const Word> words, std::size_t from) {
  const auto put = [&](auto value) {
    const auto at = tree_.size();
    tree_.resize(at + sizeof value);
    std::memcpy(&tree_[at], &value, sizeof value);
  };
  const auto node = tree_.size();
  std::size_t to = from;
  if (!words.empty()) {
    const auto first = words.front().rest;
    const auto last = words.back().rest;
    while (to < std::min({first.size(), last.size(), from + 255}) && first[to] == last[to]) ++to;
    put(static_cast<std::uint8_t>(to - from));
    tree_.insert(tree_.end(), first.begin() + static_cast<std::ptrdiff_t>(from), first.begin() + static_cast<std::ptrdiff_t>(to));
  } else {
    put(std::uint8_t{0});
  }
  const auto ending = static_cast<std::size_t>(std::ranges::find_if(words, [&](const Word& w) { return w.rest.size() > to; }) - words.begin());
  put(static_cast<std::uint16_t>(ending));
  for (const auto& w : words.first(ending)) put(w.index);
  words = words.subspan(ending);
  std::vector<std::span<const Word>> branches;
  for (std::size_t k = 0; k < words.size();) {
    auto end = k;
    while (end < words.size() && words[end].rest[to] == words[k].rest[to]) ++end;
    branches.push_back(words.subspan(k, end - k));
    k = end;
  }
  put(static_cast<std::uint16_t>(branches.size()));
  auto at = tree_.size();
  tree_.resize(at + branches.size() * kBranch);
  for (const auto& b : branches) {
    tree_[at] = static_cast<std::uint8_t>(b.front().rest[to]);
    const auto next = static_cast<std::uint32_t>(plant(b, to + 1));
    std::memcpy(&tree_[at + 1], &next, sizeof next);
    at += kBranch;
  }
  return node;
}

}  // namespace mamori::text
