#include "text/keywords.h"

#include <deque>

namespace mamori::text {

Keywords::Keywords(std::span<const std::string> words) : classes_(256, 0) {
  std::vector<bool> used(256, false);
  for (const auto& word : words) {
    for (const char c : word) used[static_cast<unsigned char>(c)] = true;
  }
  for (std::size_t b = 0; b < 256; ++b) {
    if (used[b]) classes_[b] = static_cast<std::uint8_t>(columns_++ & 0xFF);
  }
  if (columns_ > 256) columns_ = 256;  // never: UTF-8 does not use every byte, and 0 is kept for the others
  const auto grow = [&] {
    next_.resize(next_.size() + columns_, 0);
    ends_.emplace_back();
    return static_cast<std::uint32_t>(ends_.size() - 1);
  };
  grow();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].empty()) continue;
    std::uint32_t state = 0;
    for (const char c : words[i]) {
      const auto at = state * columns_ + classes_[static_cast<unsigned char>(c)];
      if (next_[at] == 0) {
        const auto fresh = grow();
        next_[at] = fresh;
      }
      state = next_[at];
    }
    ends_[state].push_back(static_cast<std::uint32_t>(i));
  }
  renumber();
  // Breadth first: a missing step is the step of the longest suffix that is there.
  shorter_.assign(ends_.size(), 0);
  std::vector<std::uint32_t> fallback(ends_.size(), 0);
  std::deque<std::uint32_t> open;
  for (std::size_t c = 0; c < columns_; ++c) {
    if (next_[c] != 0) open.push_back(next_[c]);
  }
  while (!open.empty()) {
    const auto state = open.front();
    open.pop_front();
    const auto back = fallback[state];
    shorter_[state] = ends_[back].empty() ? shorter_[back] : back;
    for (std::size_t c = 0; c < columns_; ++c) {
      auto& to = next_[state * columns_ + c];
      const auto other = next_[back * columns_ + c];
      if (to == 0) {
        to = other;
      } else {
        fallback[to] = other;
        open.push_back(to);
      }
    }
  }
  first_.resize(ends_.size());
  for (std::uint32_t state = 0; state < first_.size(); ++state) first_[state] = ends_[state].empty() ? shorter_[state] : state;
}

// States in order of their depth: nearly every step ends near the beginning of some word, and those rows then lie together.
void Keywords::renumber() {
  std::vector<std::uint32_t> order{0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t c = 0; c < columns_; ++c) {
      if (const auto to = next_[order[i] * columns_ + c]; to != 0) order.push_back(to);
    }
  }
  std::vector<std::uint32_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<std::uint32_t>(i);
  std::vector<std::uint32_t> next(next_.size());
  std::vector<std::vector<std::uint32_t>> ends(ends_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t c = 0; c < columns_; ++c) next[i * columns_ + c] = place[next_[order[i] * columns_ + c]];
    ends[i] = std::move(ends_[order[i]]);
  }
  next_ = std::move(next);
  ends_ = std::move(ends);
}

}  // namespace mamori::text
