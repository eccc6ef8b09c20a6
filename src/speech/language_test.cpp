#include "speech/language.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "speech/built_in.h"
#include "speech/kana.h"

namespace mamori::speech {
namespace {

class Words : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto made = load_models({std::string(MAMORI_SOURCE_DIR) + "/models/ctc-ja-8k", "", {}});
    ASSERT_TRUE(made) << made.error().message;
    models_ = *made;
  }
  static void TearDownTestSuite() { models_ = {}; }

  // What the decoder makes of sound in which exactly these phonemes can be heard.
  static std::string decoded(std::string_view kana, const std::shared_ptr<const LanguageModel>& language) {
    const auto& symbols = models_.acoustic->phones();
    Decoder decoder(language, symbols.size());
    int step = 0;
    const auto row = [&](int phone) {
      std::vector<float> r(symbols.size(), -12.0F);
      r[static_cast<std::size_t>(phone)] = -0.01F;
      decoder.push(r, step++);
    };
    for (const auto& p : spoken_phonemes_of_kana(kana)) {
      row(models_.acoustic->phone(p));
      row(kBlank);
    }
    return decoder.text(decoder.finish());
  }

  static BuiltInModels models_;
};
BuiltInModels Words::models_;

TEST_F(Words, ChoosesTheSpellingTheContextAsksFor) {
  EXPECT_EQ(decoded("せきにんしゃおだしてください", models_.language), "責任者を出してください");
  EXPECT_EQ(decoded("でんきだいがたかくなったりゆー", models_.language), "電気代が高くなった理由");
  EXPECT_EQ(decoded("しちょーにそーだんしました", models_.language), "市長に相談しました");
}

TEST_F(Words, AnOrganisationsOwnWordsAreRecognisedAndTheShippedModelStaysAsItWas) {
  const std::vector<OwnWord> own{{"守里館", "まもりかん"}, {"ゼイレン", "ぜいれん"}};
  const auto made = models_.language->with_words(own, models_.acoustic->phones());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_NE(decoded("まもりかんのよやく", models_.language).find("予約"), std::string::npos);
  EXPECT_EQ(decoded("まもりかんのよやく", models_.language).find("守里館"), std::string::npos);
  EXPECT_EQ(decoded("まもりかんのよやく", *made), "守里館の予約");
  EXPECT_EQ(decoded("ぜーれんのたんとー", *made), "ゼイレンの担当") << "the long vowel as it is spoken";
  EXPECT_FALSE(models_.language->with_words(std::vector<OwnWord>{{"X", "abc"}}, models_.acoustic->phones()));
}

TEST_F(Words, AStreamTakesUpNewWordsWithItsNextSegment) {
  const std::string file = ::testing::TempDir() + "/own_words.tsv";
  std::remove(file.c_str());
  BuiltInOptions options;
  options.own_words = file;
  const auto engine = make_built_in(models_, options);
  EXPECT_TRUE(engine->refresh()) << "no file is no words";
  std::ofstream(file) << "# 施設\n守里館\tまもりかん\n";
  EXPECT_TRUE(engine->refresh());
  std::ofstream(file) << "守里館 まもりかん\n";
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(2));
  const auto bad = engine->refresh();
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("line 1"), std::string::npos) << bad.error().message;
  std::remove(file.c_str());
}

TEST(OwnWords, AreReadLineByLine) {
  const auto words = parse_own_words("# comment\n\n守里館\tまもりかん\r\nABC商事\tエービーシーしょうじ\n");
  ASSERT_TRUE(words) << words.error().message;
  ASSERT_EQ(words->size(), 2U);
  EXPECT_EQ((*words)[1].reading, "エービーシーしょうじ");
  for (const char* bad : {"守里館", "\tまもり", "守\t", "守\tmamori", "守\t守"}) EXPECT_FALSE(parse_own_words(bad)) << bad;
}

TEST(Kana, GoesToPhonemesAndBack) {
  const auto p = phonemes_of_kana("トーキョーと、さっぽろ");
  EXPECT_EQ(p, (std::vector<std::string>{"t", "o", "o", "ky", "o", "o", "t", "o", "s", "a", "cl", "p", "o", "r", "o"}));
  EXPECT_EQ(morae(p), (std::vector<std::string>{"ト", "オ", "キョ", "オ", "ト", "サ", "ッ", "ポ", "ロ"}));
  EXPECT_TRUE(phonemes_of_kana("ー").empty());
  EXPECT_TRUE(phonemes_of_kana("漢字").empty());
  EXPECT_TRUE(phonemes_of_kana("\xE3\x81").empty());
}

}  // namespace
}  // namespace mamori::speech
