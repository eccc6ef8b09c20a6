// Many words looked for at once: a small bit table says where some word may begin, a hash table leads past its first two Japanese
// letters at once, and what may follow them lies together as a radix tree of a few dozen bytes. For Japanese text, in which most
// places begin no word, this reads several times faster than an Aho-Corasick automaton, whose table does not stay in the cache; and
// what is not in the cache is asked for ahead, for many places at a time. Built once, then only read; thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mamori::text {

class Keywords {
 public:
  // Empty words are never found. Together at most some 100 MiB.
  explicit Keywords(std::span<const std::string> words);

  // Calls `found` with the index of a word and the byte after its end, for every place where one stands, overlapping ones
  // included, in order of their beginnings, the shorter first. Stops when it returns false. Time: the text, times the longest word
  // at worst.
  template <class Found>  // bool(std::size_t word, std::size_t end)
  void find(std::string_view text, const Found& found) const {
    std::array<Place, 64> places;
    for (std::size_t i = 0; i < text.size();) {
      std::size_t n = 0;
      for (; i < text.size() && n < places.size(); ++i) {
        const auto first = static_cast<unsigned char>(text[i]);
        if ((first & 0xC0) == 0x80 && !inside_letters_) continue;
        const auto rest = text.substr(i);
        Place p{.at = i, .is_short = short_may_begin(rest)};
        if (rest.size() >= kPair) {
          p.key = key_of(rest);
          p.is_pair = bit(pairs_, hash(p.key));
        }
        if (p.is_pair) __builtin_prefetch(&slots_[p.key >> pair_shift_]);
        if (p.is_pair || p.is_short) places[n++] = p;
      }
      for (std::size_t k = 0; k < n; ++k) {
        if (!places[k].is_pair) continue;
        places[k].node = after_pair(places[k].key);
        __builtin_prefetch(&tree_[places[k].node]);
      }
      for (std::size_t k = 0; k < n; ++k) {
        const auto& p = places[k];
        if (p.is_short && !walk(text, p.at, kShortWords, found)) return;
        if (p.node != 0 && !walk(text, p.at + kPair, p.node, found)) return;
      }
    }
  }

 private:
  static constexpr std::size_t kLetter = 3;  // bytes of a Japanese letter
  static constexpr std::size_t kPair = 2 * kLetter;
  static constexpr std::size_t kBits = 1u << 15;
  static constexpr std::uint64_t kKeyMask = (std::uint64_t{1} << (8 * kPair)) - 1;
  // Where words may begin.
  struct Place {
    std::size_t at = 0;
    bool is_short = false;  // one of less than two letters
    bool is_pair = false;
    std::uint64_t key = 0;
    std::size_t node = 0;
  };

  // The first letter or two as a number; different for different ones.
  template <std::size_t kBytes = kPair>
  static std::uint64_t key_of(std::string_view bytes) {
    std::uint64_t n = 0;
    std::memcpy(&n, bytes.data(), kBytes);
    return n * 0x9E3779B97F4A7C15ull & kKeyMask;  // an odd factor: no two become one
  }
  static std::uint32_t hash(std::uint64_t key) { return static_cast<std::uint32_t>(key >> (8 * kPair - 15)); }
  [[nodiscard]] static bool bit(const std::vector<std::uint64_t>& table, std::uint32_t at) { return table[at / 64] >> (at % 64) & 1; }
  [[nodiscard]] bool short_may_begin(std::string_view rest) const {
    if (tiny_[static_cast<unsigned char>(rest[0])]) return true;
    return any_short_ && rest.size() >= kLetter && bit(shorts_, hash(key_of<kLetter>(rest)));
  }
  // The node of what may follow two letters; 0: no word begins with them.
  [[nodiscard]] std::size_t after_pair(std::uint64_t key) const {
    for (auto at = key >> pair_shift_; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
      if ((slots_[at] ^ key << kNodeBits) >> kNodeBits == 0) return (slots_[at] & kNodeMask) * kAlign;
    }
    return 0;
  }
  template <class T>
  static T take(const std::uint8_t*& from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    from += sizeof value;
    return value;
  }
  // Tells of the words that go on from a node as the text does. False: `found` wants no more.
  template <class Found>
  bool walk(std::string_view text, std::size_t at, std::size_t node, const Found& found) const {
    for (;;) {
      const auto* p = &tree_[node];
      const auto same = take<std::uint8_t>(p);
      if (text.size() - at < same || std::memcmp(text.data() + at, p, same) != 0) return true;
      at += same;
      p += same;
      for (auto ends = take<std::uint16_t>(p); ends > 0; --ends) {
        if (!found(take<std::uint32_t>(p), at)) return false;
      }
      auto branches = take<std::uint16_t>(p);
      if (at == text.size()) return true;
      const auto byte = static_cast<std::uint8_t>(text[at]);
      for (; branches > 0 && *p != byte; --branches) p += kBranch;
      if (branches == 0) return true;
      ++p;
      node = take<std::uint32_t>(p);
      ++at;
    }
  }
  struct Word {
    std::string_view rest;
    std::uint32_t index = 0;
  };
  std::size_t plant(std::span<const Word> words, std::size_t from);

  bool inside_letters_ = false;  // some word begins with a continuation byte
  bool any_short_ = false;
  std::array<bool, 256> tiny_{};       // by first byte: words of less than one Japanese letter
  std::vector<std::uint64_t> pairs_;   // by the first six bytes: words of at least as many
  std::vector<std::uint64_t> shorts_;  // by the first three: words of three to five bytes
  // By the upper bits of the key of two letters, open addressing: the key's lower 40 bits, then where the node lies / kAlign; 0: free.
  // No key lies so far from its place that another with the same lower bits could be taken for it.
  static constexpr int kNodeBits = 24;
  static constexpr std::uint64_t kNodeMask = (1u << kNodeBits) - 1;
  static constexpr std::size_t kAlign = 16;
  std::vector<std::uint64_t> slots_;
  int pair_shift_ = 0;
  // Nodes, each: u8 how many bytes all its words share and these · u16 how many words end then and their indices (u32) · u16 how many
  // bytes may come next, and for each of these (u8) the node after it (u32). What a word goes on with lies behind it.
  static constexpr std::size_t kBranch = 5;
  static constexpr std::size_t kShortWords = kAlign;  // the node of the words of less than two letters, from their beginnings
  std::vector<std::uint8_t> tree_;
};

}  // namespace mamori::text
