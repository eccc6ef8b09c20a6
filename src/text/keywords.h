// Many words looked for at once (Aho & Corasick 1975), as one table: a step per byte, whatever the number of words.
// Built once, then only read; thread-safe. Memory: about (bytes of all words) x (different bytes in them) x 4.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mamori::text {

class Keywords {
 public:
  // Empty words are never found.
  explicit Keywords(std::span<const std::string> words);

  // Calls `found` with the index of a word and the byte after its end, for every place where one stands, overlapping ones
  // included, in order of their ends. Stops when it returns false.
  template <class Found>  // bool(std::size_t word, std::size_t end)
  void find(std::string_view text, const Found& found) const {
    std::uint32_t state = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto column = classes_[static_cast<unsigned char>(text[i])];
      state = column == 0 ? 0 : next_[state * columns_ + column];
      if (state == 0) continue;
      for (auto s = first_[state]; s != 0; s = shorter_[s]) {
        for (const auto word : ends_[s]) {
          if (!found(word, i + 1)) return;
        }
      }
    }
  }

 private:
  void renumber();

  std::vector<std::uint8_t> classes_;  // byte -> column; 0: in no word
  std::size_t columns_ = 1;
  std::vector<std::uint32_t> next_;               // state x column -> state
  std::vector<std::uint32_t> shorter_;            // state -> the state of the longest proper suffix that ends a word; 0: none
  std::vector<std::uint32_t> first_;              // state -> itself where a word ends here, else shorter_
  std::vector<std::vector<std::uint32_t>> ends_;  // state -> words that end here
};

}  // namespace mamori::text
