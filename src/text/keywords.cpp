#include "text/keywords.h"

namespace mamori::text {

Keywords::Keywords(std::span<const std::string> words) : pairs_(kBits / 64, 0), shorts_(kBits / 64, 0), columns_of_(256, 0) {
  std::vector<bool> used(256, false);
  for (const auto& word : words) {
    for (const char c : word) used[static_cast<unsigned char>(c)] = true;
  }
  // 0xFF is in no UTF-8 text: one column is always left for what is in no word.
  for (std::size_t b = 0; b < 255; ++b) {
    if (used[b]) columns_of_[b] = static_cast<std::uint8_t>(columns_++);
  }
  const auto set = [](std::vector<std::uint64_t>& table, std::uint32_t at) { table[at / 64] |= std::uint64_t{1} << (at % 64); };
  next_.assign(columns_, 0);
  ends_.emplace_back();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word.empty()) continue;
    inside_letters_ = inside_letters_ || (static_cast<unsigned char>(word[0]) & 0xC0) == 0x80;
    if (word.size() >= 2 * kLetter) {
      set(pairs_, hash(std::string_view(word).substr(0, 2 * kLetter)));
    } else if (word.size() >= kLetter) {
      set(shorts_, hash(std::string_view(word).substr(0, kLetter)));
      any_short_ = true;
    } else {
      tiny_[static_cast<unsigned char>(word[0])] = true;
    }
    std::uint32_t state = 0;
    for (const char c : word) {
      const auto at = state * columns_ + columns_of_[static_cast<unsigned char>(c)];
      if (next_[at] == 0) {
        next_[at] = static_cast<std::uint32_t>(ends_.size());
        next_.resize(next_.size() + columns_, 0);
        ends_.emplace_back();
      }
      state = next_[at];
    }
    ends_[state].push_back(static_cast<std::uint32_t>(i));
  }
}

}  // namespace mamori::text
