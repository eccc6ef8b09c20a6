#include "text/keywords.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace mamori::text {
namespace {

using Hits = std::vector<std::pair<std::size_t, std::size_t>>;

Hits all(const std::vector<std::string>& words, std::string_view text) {
  Hits out;
  Keywords(words).find(text, [&](std::size_t word, std::size_t end) {
    out.emplace_back(word, end);
    return true;
  });
  return out;
}

TEST(Keywords, FindsWordsInsideOthers) {
  EXPECT_EQ(all({"he", "she", "his", "hers"}, "ushers"), (Hits{{1, 4}, {0, 4}, {3, 6}}));
  EXPECT_EQ(all({"死ね", "ね"}, "死ね"), (Hits{{0, 6}, {1, 6}}));
  EXPECT_TRUE(all({}, "anything").empty());
  EXPECT_TRUE(all({""}, "anything").empty());
}

TEST(Keywords, StopsWhenToldTo) {
  int seen = 0;
  const std::vector<std::string> words{"a"};
  Keywords(words).find("aaaa", [&](std::size_t, std::size_t) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
}

TEST(Keywords, FindsWhatASearchOneByOneFinds) {
  std::mt19937 random(7);
  const auto text_of = [&](std::size_t most) {
    std::string s;
    for (std::size_t n = random() % most; n > 0; --n) s += static_cast<char>("abc\xE3\x81"[random() % 5]);
    return s;
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> words;
    for (int i = 0; i < 8; ++i) words.push_back(text_of(5));
    const auto text = text_of(40);
    Hits expected;
    for (std::size_t w = 0; w < words.size(); ++w) {
      for (std::size_t at = 0; !words[w].empty() && (at = text.find(words[w], at)) != std::string::npos; ++at) expected.emplace_back(w, at + words[w].size());
    }
    EXPECT_THAT(all(words, text), testing::UnorderedElementsAreArray(expected));
  }
}

// Words of more than two letters that share their beginnings, end inside each other and are longer than a node can hold.
TEST(Keywords, FindsWordsThatShareTheirBeginnings) {
  std::mt19937 random(5);
  const auto text_of = [&](std::size_t least, std::size_t most) {
    std::string s;
    for (std::size_t n = least + random() % (most - least); n > 0; --n) s += static_cast<char>("ab"[random() % 2]);
    return s;
  };
  for (int round = 0; round < 100; ++round) {
    std::vector<std::string> words;
    for (int i = 0; i < 60; ++i) words.push_back(text_of(1, 14));
    words.push_back(std::string(300, 'a'));
    words.push_back(std::string(300, 'a') + text_of(1, 4));
    words.push_back(words.front());  // the same twice
    const auto text = text_of(20, 60) + std::string(305, 'a') + text_of(20, 60);
    Hits expected;
    for (std::size_t w = 0; w < words.size(); ++w) {
      for (std::size_t at = 0; (at = text.find(words[w], at)) != std::string::npos; ++at) expected.emplace_back(w, at + words[w].size());
    }
    auto found = all(words, text);
    const auto place = [&](const auto& hit) { return std::make_pair(hit.second - words[hit.first].size(), hit.second); };
    ASSERT_TRUE(std::ranges::is_sorted(found, {}, place));
    std::ranges::sort(found);
    std::ranges::sort(expected);
    ASSERT_EQ(found, expected);
  }
}

TEST(Keywords, FindsEachOfManyWordsAndNoOther) {
  std::mt19937 random(11);
  std::vector<std::string> words;
  for (int i = 0; i < 2000; ++i) {
    std::string s;
    for (std::size_t n = 1 + random() % 12; n > 0; --n) s += static_cast<char>(1 + random() % 255);
    words.push_back(s);
  }
  const Keywords keywords(words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    Hits expected;
    for (std::size_t w = 0; w < words.size(); ++w) {
      for (std::size_t at = 0; (at = words[i].find(words[w], at)) != std::string::npos; ++at) expected.emplace_back(w, at + words[w].size());
    }
    Hits found;
    keywords.find(words[i], [&](std::size_t word, std::size_t end) {
      found.emplace_back(word, end);
      return true;
    });
    std::ranges::sort(found);
    std::ranges::sort(expected);
    ASSERT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace mamori::text
