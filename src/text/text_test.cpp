#include <gtest/gtest.h>

#include "text/letters.h"
#include "text/normalise.h"
#include "text/tokens.h"

namespace mamori::text {
namespace {

std::string back(const std::string& original, const std::string& needle) {
  const auto n = normalise(original);
  const auto at = n.folded.find(needle);
  if (at == std::string::npos) return "(not found in " + n.folded + ")";
  const auto [from, to] = n.original(at, at + needle.size());
  return original.substr(from, to - from);
}

TEST(Normalise, UnmasksAndFindsTheWayBack) {
  EXPECT_EQ(back("もう死 ね よ", "死ね"), "死 ね");
  EXPECT_EQ(back("死・ね", "死ね"), "死・ね");
  EXPECT_EQ(back("タヒね!", "死ね"), "タヒね");
  EXPECT_EQ(back("死\u200bね", "死ね"), "死\u200bね");
  EXPECT_EQ(back("ﾊﾞｶ野郎", "ばか"), "ﾊﾞｶ");
  EXPECT_EQ(back("バーーーカ", "ばーか"), "バーーーカ");
  EXPECT_EQ(back("ＫＩＬＬ", "kill"), "ＫＩＬＬ");
  EXPECT_EQ(back("ば〜か", "ばーか"), "ば〜か");
}

TEST(Normalise, UnmasksWhatIsSpeltApartOrInTheWrongSize) {
  EXPECT_EQ(back("し、ね、", "しね"), "し、ね");
  EXPECT_EQ(normalise("あ、あ、あの").plain, "あ、あ、あの");
  EXPECT_EQ(normalise("お、い、うちのを、見て").plain, "お、い、うちのを、見て");
  EXPECT_EQ(back("馬🐴鹿🦌しかいない", "馬鹿し"), "馬🐴鹿🦌し");
  EXPECT_EQ(normalise("お茶🍵どうぞ").plain, "お茶🍵どうぞ");
  EXPECT_EQ(back("k o r o s u", "korosu"), "k o r o s u");
  EXPECT_EQ(normalise("plan a or b").plain, "plan a or b");
  EXPECT_EQ(back("ごみヵす", "かす"), "ヵす");
  EXPECT_EQ(normalise("一ヵ月").plain, "一ヵ月");
  EXPECT_EQ(normalise("上を出せょ、ぉっぱぃ").plain, "上を出せよ、おっぱい");
  EXPECT_EQ(normalise("ねぇ、じゃねぇよ、ファックスでティーシャツをウェブ注文、キャンセル、ちゅうしゃ").plain, "ねぇ、じゃねぇよ、ファックスでティーシャツをウェブ注文、キャンセル、ちゅうしゃ");
  EXPECT_EQ(normalise("しn でください").plain, "しんでください");
}

TEST(Normalise, JoinsMarksToTheLettersBeforeThem) {
  EXPECT_EQ(back("か\u3099き", "がき"), "か\u3099き");
  EXPECT_EQ(back("ハ\u309Aン", "ぱん"), "ハ\u309Aン");
  EXPECT_EQ(normalise("e\u0301").plain, "é");
  EXPECT_EQ(normalise("漢\u0301字").plain, "漢\u0301字");
  EXPECT_EQ(normalise("か\u200b\u3099").plain, "か\u3099");
}

TEST(Normalise, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(normalise("order no. 12-34").plain, "order no. 12-34");
  EXPECT_EQ(normalise("10〜12時").plain, "10〜12時");
  EXPECT_EQ(normalise("").plain, "");
}

TEST(Normalise, BytesThatAreNotUtf8AndCombiningFloodsAreBounded) {
  const std::string bad("\xff\xfe\xe3\x81 \xc0\xaf abc", 12);
  const auto n = normalise(bad);
  EXPECT_EQ(n.plain.size(), n.begin.size());
  EXPECT_EQ(n.plain.size(), n.folded.size());
  for (std::size_t i = 0; i < n.begin.size(); ++i) EXPECT_LE(n.end[i], bad.size());
  std::string zalgo = "a";
  for (int i = 0; i < 100000; ++i) zalgo += "\u0301";
  EXPECT_LE(normalise(zalgo).plain.size(), zalgo.size());
  EXPECT_LT(normalise(std::string(1000000, 'x')).plain.size(), 10u);
}

TEST(Normalise, OffsetsNeverGoBack) {
  const std::string text = "あの〜、ＡＢＣのﾃｽﾄ 死 ね!\u202eかｶﾞー";
  const auto n = normalise(text);
  for (std::size_t i = 1; i < n.begin.size(); ++i) {
    EXPECT_LE(n.begin[i - 1], n.begin[i]);
    EXPECT_LT(n.begin[i], n.end[i]);
  }
}

TEST(Letters, MarksAroundWordsAreTakenOff) {
  const auto between = [](std::string_view text) {
    const auto [begin, end] = between_marks(text, 0, text.size());
    return std::string(text.substr(begin, end - begin));
  };
  EXPECT_EQ(between("。死ね！？　"), "死ね");
  EXPECT_EQ(between("早く、しろ。"), "早く、しろ") << "those inside stay";
  EXPECT_EQ(between("「死ね」。"), "「死ね」") << "brackets stay in pairs";
  EXPECT_EQ(between("。！\n"), "。！\n") << "nothing else: as it is";
  EXPECT_EQ(between(""), "");
  EXPECT_EQ(between("\xE3\x80"), "\xE3\x80") << "half a letter is none of them";
  const std::string_view text = "はい。死ね。はい";
  EXPECT_EQ(between_marks(text, 6, 18), std::pair(std::size_t{9}, std::size_t{15}));
}

TEST(Tokens, KnowsWhereWordsEnd) {
  auto tokeniser = Tokeniser::open();
  ASSERT_TRUE(tokeniser) << tokeniser.error().message;
  const std::string text = "待つばかりです";
  bool found = false;
  for (const auto& t : (*tokeniser)->split(text)) found = found || text.substr(t.begin, t.end - t.begin) == "ばかり";
  EXPECT_TRUE(found);
  EXPECT_TRUE((*tokeniser)->split("").empty());
  std::string longer;
  for (int i = 0; i < 20000; ++i) longer += "責任者";
  const auto tokens = (*tokeniser)->split(longer);
  EXPECT_EQ(tokens.back().end, longer.size());
}

}  // namespace
}  // namespace mamori::text
