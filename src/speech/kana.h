#pragma once
// Between kana as people write readings and the phonemes the acoustic model hears. Pure.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mamori::speech {

/// Hiragana or katakana -> phoneme symbols of our inventory (ml/phones.py): "さとう" -> s a t o u, "トーキョー" -> t o o ky o o.
/// Spaces and 、。・？！ are passed over. Empty when there is anything else in it, or nothing.
std::vector<std::string> phonemes_of_kana(std::string_view reading);

/// The same with long vowels as they are spoken: o and u after o, e and i after e become one long vowel (さとう -> s a t o o).
std::vector<std::string> spoken_phonemes_of_kana(std::string_view reading);

/// Phoneme symbols -> morae in katakana, one string each, long vowels as their vowel (t o o ky o o -> ト オ キョ オ). A
/// consonant without its vowel stays as it is; N is ン, cl is ッ. For comparing what was heard mora by mora.
std::vector<std::string> morae(std::span<const std::string> phonemes);

}  // namespace mamori::speech
