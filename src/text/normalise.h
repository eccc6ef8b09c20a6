// Text as the judge reads it, with the way back to the bytes the writer sent. Pure, thread-safe, linear in the input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mamori::text {

// Normalised text. `plain` and `folded` have the same length in bytes; byte i of either came from the original bytes
// [begin[i], end[i]).
struct Normalised {
  std::string plain;   // NFKC, lower case, invisible characters gone, spaces and joiners between Japanese letters gone
  std::string folded;  // the same with katakana as hiragana
  std::vector<std::uint32_t> begin;
  std::vector<std::uint32_t> end;

  // Original byte range of the normalised range [from, to). Empty ranges give the position of `from`.
  [[nodiscard]] std::pair<std::size_t, std::size_t> original(std::size_t from, std::size_t to) const;
};

// What is done, in order: invalid UTF-8 becomes U+FFFD; NFKC (UAX #15) by segments of at most 64 code points; zero-width,
// bidi, variation-selector and other format characters dropped; lower case; runs of a prolonged sound mark (ー, 〜) and of
// any one character beyond three are shortened; white space, "・" and "_" between two Japanese letters dropped (死 ね, 死・ね);
// タヒ as one sign for 死 is written 死; 56す is 殺す; one mark or picture again and again between single letters (馬*鹿*な,
// 馬🐴鹿🦌) is dropped, as are commas between single kana (し、ね、) and spaces between four single Latin letters or more
// (k o r o s u); a small kana that belongs to no letter before it (出せょ, ごみヵす) is full-sized; n amid kana (しn) is ん.
// `text` longer than 4 GiB is cut.
Normalised normalise(std::string_view text);

// Katakana to hiragana, byte for byte (both take three bytes).
std::string fold_kana(std::string_view text);

}  // namespace mamori::text
