#include "text/keywords.h"

#include <map>

namespace mamori::text {

Keywords::Keywords(std::span<const std::string> words) : pairs_(kBits / 64, 0), shorts_(kBits / 64, 0) {
  const auto set = [](std::vector<std::uint64_t>& table, std::uint32_t at) { table[at / 64] |= std::uint64_t{1} << (at % 64); };
  struct State {
    std::map<std::uint8_t, std::uint32_t> next;
    std::vector<std::uint32_t> ends;
  };
  std::vector<State> states(1);
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
      const auto [next, added] = states[state].next.try_emplace(static_cast<std::uint8_t>(c), static_cast<std::uint32_t>(states.size()));
      state = next->second;
      if (added) states.emplace_back();
    }
    states[state].ends.push_back(static_cast<std::uint32_t>(i));
  }

  // Each state's followers go to the first places that are free for all of them.
  nodes_.resize(256);
  std::vector<bool> taken(256, false);
  taken[0] = true;
  std::vector<std::uint32_t> state_at(256, 0);
  std::size_t first_free = 1;
  std::vector<std::uint32_t> open{0};  // nodes whose followers have no place yet
  for (std::size_t o = 0; o < open.size(); ++o) {
    const auto at = open[o];
    const auto& next = states[state_at[at]].next;
    if (next.empty()) continue;
    while (first_free < taken.size() && taken[first_free]) ++first_free;
    for (auto place = first_free;; ++place) {
      if (place == taken.size()) {
        nodes_.resize(nodes_.size() + 256);
        taken.resize(nodes_.size(), false);
        state_at.resize(nodes_.size(), 0);
      }
      const auto base = static_cast<std::uint32_t>(place) ^ next.begin()->first;
      bool free = true;
      for (const auto& [byte, state] : next) free = free && !taken[base ^ byte];
      if (!free) continue;
      nodes_[at].base = base;
      for (const auto& [byte, state] : next) {
        const auto child = base ^ byte;
        taken[child] = true;
        state_at[child] = state;
        nodes_[child].parent = 2 * at + (states[state].ends.empty() ? 0 : 1);
        open.push_back(child);
      }
      break;
    }
  }
  ends_.reserve(nodes_.size() + 1);
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    ends_.push_back(static_cast<std::uint32_t>(words_.size()));
    if (at > 0 && taken[at]) words_.insert(words_.end(), states[state_at[at]].ends.begin(), states[state_at[at]].ends.end());
  }
  ends_.push_back(static_cast<std::uint32_t>(words_.size()));
}

}  // namespace mamori::text
