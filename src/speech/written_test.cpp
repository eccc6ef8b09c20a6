#include "speech/written.h"

#include <gtest/gtest.h>

namespace mamori::speech {
namespace {

TEST(Written, NumbersAndDatesAsPeopleWriteThem) {
  EXPECT_EQ(written("二千二十六年十一月二十二日の三時十五分"), "2026年11月22日の3時15分");
  EXPECT_EQ(written("三時十分に来ます"), "3時10分に来ます");
  EXPECT_EQ(written("三百万円払え"), "300万円払え");
  EXPECT_EQ(written("一万二千円です"), "1万2,000円です");
  EXPECT_EQ(written("三千円"), "3,000円");
  EXPECT_EQ(written("二億五千万円"), "2億5000万円");
  EXPECT_EQ(written("五回も電話した"), "5回も電話した");
  EXPECT_EQ(written("一番地の二階"), "1番地の2階");
  EXPECT_EQ(written("三人で行く"), "3人で行く");
}

TEST(Written, TelephoneNumbers) {
  EXPECT_EQ(written("03の1234の5678です"), "03-1234-5678です");
  EXPECT_EQ(written("〇九〇の一二三四の五六七八"), "090-1234-5678");
}

TEST(Written, WordsThatOnlyLookLikeNumbersStay) {
  for (const char* text : {"一応確認します", "一番いい", "一人で来ました", "二度と来るな", "十分に説明した", "千葉から", "一緒に", "万が一", "一つだけ", "三重県と四国", "五十嵐さん", "四日市の二階堂", "四条の店"}) {
    EXPECT_EQ(written(text), text);
  }
}

TEST(Written, TwiceIsTheSameAsOnce) {
  for (const char* text : {"2026年11月22日", "1万2,000円", "03-1234-5678", "三百円", "あ\xFF\xE3", "億", "万", ""}) {
    EXPECT_EQ(written(written(text)), written(text)) << text;
  }
}

TEST(Written, PunctuationFollowsTheEndOfTheSentence) {
  EXPECT_EQ(mark_after("どうすればいいですか"), "？");
  EXPECT_EQ(mark_after("届いていません"), "。");
  EXPECT_EQ(mark_after("それで"), "、");
}

}  // namespace
}  // namespace mamori::speech
