// Whose words are these? Quotation of somebody else, denial of one's own words, plain negation. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace mamori::judge {

// Why the words at [begin, end) of the normalised, kana-folded text do not count: "quotation" (somebody else said them, or they
// are an example), "denial" ("I did not say ..."), "negation" (殺すわけがない); empty when they count. First-person quotation
// counts: 死ねって言ってんだよ. Looks at most 200 bytes back and ahead.
std::string scope_excuse(std::string_view folded, std::size_t begin, std::size_t end);

// The whole text is about words rather than using them: training material, an example, lyrics, a test.
bool about_words(std::string_view folded);

}  // namespace mamori::judge
