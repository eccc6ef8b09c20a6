// Walking through UTF-8 letter by letter. Pure, thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace mamori::text {

// Bytes of the letter that begins at `i`, by its first byte, never beyond the end. `i` < text.size().
inline std::size_t letter_length(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2
                                      : lead < 0xF0   ? 3
                                                      : 4;
  return std::min(n, text.size() - i);
}

// [begin, end) of the text without the full stops, commas, exclamation and question marks, dots and white space around it; as
// it is where there is nothing else. Brackets stay: half a pair says less than none. Both at the beginning of a letter.
inline std::pair<std::size_t, std::size_t> between_marks(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::array<std::string_view, 21> kMarks{"。", "、", "．", "，", "｡", "､", "！", "？", "!", "?", ".", ",", "…", "・", "･", "\u3000", " ", "\t", "\r", "\n", "\u00A0"};
  const auto is_mark = [&](std::size_t at, std::size_t n) { return std::ranges::find(kMarks, text.substr(at, n)) != kMarks.end(); };
  auto from = begin;
  while (from < end) {
    const auto n = letter_length(text, from);
    if (!is_mark(from, n)) break;
    from += n;
  }
  if (from >= end) return {begin, end};
  auto to = end;
  while (to > from) {
    auto last = to - 1;
    while (last > from && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    if (!is_mark(last, to - last)) break;
    to = last;
  }
  return {from, to};
}

}  // namespace mamori::text
