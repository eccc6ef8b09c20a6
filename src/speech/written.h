#pragma once
// From words as they were heard to text as people write it: numbers, dates, telephone numbers, punctuation. Pure.
#include <string>
#include <string_view>

namespace mamori::speech {

/// Numbers in Arabic digits where people write them so: 三時十五分 -> 3時15分, 三百万円 -> 300万円, 一万二千円 -> 1万2,000円,
/// 03の1234の5678 -> 03-1234-5678. Words that only look like numbers stay (一応, 十分, 二度と, 千葉, 一人, 二人). Text
/// that is written so already stays as it is, so applying it twice changes nothing. Invalid UTF-8 is passed through.
std::string written(std::string_view text);

/// What ends a stretch of speech whose last word is `text`: "？" after a question, "。" after a finished sentence, "、"
/// after anything else.
std::string_view mark_after(std::string_view text);

}  // namespace mamori::speech
