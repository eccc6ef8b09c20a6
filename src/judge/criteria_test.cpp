#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "judge/criteria_text.h"

namespace mamori::judge {
namespace {

using base::Change;
using contact::Category;
using testing::HasSubstr;

base::Mistake mistake_of(std::string_view text) {
  auto read = read_criteria(text, "c.toml");
  EXPECT_FALSE(read) << text;
  return read ? base::Mistake{} : read.error();
}

bool equal(const Criteria& a, const Criteria& b) { return a.version == b.version && changes(a, b).empty() && to_toml(a) == to_toml(b); }

Criteria everything() {
  Criteria c;
  c.version = "12";
  c.name = "みどり市役所";
  c.sector = "town_hall";
  c.thresholds = {20.5, 45, 3, 4, 5, 6};
  c.categories[Category::kThreat] = {true, "おどし", "Menace", 0.65, "二行の\n説明"};
  c.categories[Category::kDiscrimination] = {false, "", "", 0, ""};
  c.phrases.push_back({"税金泥棒", "ぜいきんどろぼう", Category::kVerbalAbuse, 3, "「引用」と\"quotes\" と \\ "});
  c.exceptions.push_back({"バカ売れ", std::nullopt, "売れ行き"});
  c.exceptions.push_back({"爆弾おにぎり", Category::kThreat, ""});
  return c;
}

TEST(Criteria, WhatIsWrittenIsReadBackTheSame) {
  const auto c = everything();
  const auto back = parse_criteria(to_toml(c), "x");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(equal(c, *back)) << to_toml(*back);
  EXPECT_EQ(back->phrases[0].why, c.phrases[0].why);
  EXPECT_EQ(back->categories.at(Category::kThreat).note, "二行の\n説明");
  EXPECT_DOUBLE_EQ(back->thresholds.notice_minutes, 20.5);
}

TEST(Criteria, TextThatLooksLikeTomlStaysText) {
  std::mt19937 random(7);
  const std::vector<std::string> pieces{"\"", "\\", "'''", "\"\"\"", "]", "[[a]]", "=", "#", "\n", "あ", "𠮷", "\\u0041", "=true", " ", "死ね"};
  for (int i = 0; i < 500; ++i) {
    auto c = everything();
    std::string text;
    for (int k = 0; k < 6; ++k) text += pieces[random() % pieces.size()];
    c.phrases[0].why = text;
    c.categories[Category::kThreat].note = text;
    std::erase(text, '\n');
    c.name = text;
    c.exceptions[0].text = "x" + text + "yz";
    const auto back = parse_criteria(to_toml(c), "x");
    ASSERT_TRUE(back) << back.error().message << "\n"
                      << to_toml(c);
    ASSERT_TRUE(equal(c, *back)) << to_toml(c);
    ASSERT_EQ(back->name, c.name);
  }
}

TEST(Criteria, AnEmptyTextIsTheDefaults) {
  const auto c = parse_criteria("", "x");
  ASSERT_TRUE(c);
  EXPECT_TRUE(changes(Criteria{}, *c).empty());
}

TEST(Criteria, EveryMistakeNamesLineAndReasonInTwoLanguages) {
  struct Wrong {
    std::string_view text;
    int line;
    std::string_view en;
  };
  const Wrong wrongs[] = {
      {"nmae = \"x\"\n", 1, "unknown key \"nmae\""},
      {"name = \"x\"\n[thresholds]\nnotice_mintes = 3\n", 3, "unknown key"},
      {"[thresholds]\nnotice_minutes = \"30\"\n", 2, "a number without quotes"},
      {"[thresholds]\nnotice_minutes = 0\n", 2, "1 to 1440"},
      {"[thresholds]\nnotice_minutes = nan\n", 2, "1 to 1440"},
      {"[thresholds]\nsame_demand_watch = 2.5\n", 2, "a whole number"},
      {"[thresholds]\nsame_demand_watch = 1000000000000\n", 2, "1 to 100"},
      {"[thresholds]\nnotice_minutes = 50\ncandidate_minutes = 40\n", 3, "must not be below"},
      {"[thresholds]\nsame_demand_watch = 4\nsame_demand_candidate = 3\n", 3, "must not be below"},
      {"thresholds = 3\n", 1, "must be a section"},
      {"[category.rudeness]\nenabled = false\n", 1, "unknown category"},
      {"[category.threat]\nenabled = \"no\"\n", 2, "true or false"},
      {"[category.threat]\nthreshold = 0.01\n", 2, "0.05 to 0.99"},
      {"[category.threat]\n\nthreshold = 1.5\n", 3, "0 to 0.99"},
      {"[category]\nthreat = 3\n", 2, "must be a section"},
      {"[[phrase]]\ncategory = \"threat\"\n", 1, "text is missing"},
      {"[[phrase]]\ntext = \"あ\"\ncategory = \"threat\"\n", 2, "at least 2"},
      {"[[phrase]]\ntext = \"あ \"\ncategory = \"threat\"\n", 2, "too short"},
      {"[[phrase]]\ntext = \"ばか者\"\n", 1, "category is missing"},
      {"[[phrase]]\ntext = \"ばか者\"\ncategory = \"insult\"\n", 3, "unknown category"},
      {"[[phrase]]\ntext = \"ばか者\"\ncategory = \"threat\"\nlevel = 1\n", 4, "2 to 4"},
      {"[[phrase]]\ntext = \"ばか者\"\ncategory = \"threat\"\nreading = \"馬鹿\"\n", 4, "hiragana or katakana"},
      {"[[phrase]]\ntext = \"ばか者\"\ncategory = \"threat\"\n[[phrase]]\ntext = \"バカ者\"\ncategory = \"threat\"\n", 5, "there already"},
      {"[[phrase]]\ntext = \"ばか者\"\ncategory = \"threat\"\n[[exception]]\ntext = \"ﾊﾞｶ者\"\n", 5, "also a [[phrase]]"},
      {"[[phrase]]\ntext = \"ば\\u0007か\"\ncategory = \"threat\"\n", 2, "control characters"},
      {"[[phrase]]\ntext = \"ば\\u202eか\"\ncategory = \"threat\"\n", 2, "control characters"},
      {"[[exception]]\ntext = \"ok\"\nwhy = 3\n", 3, "text in quotes"},
      {"phrase = [\"x\"]\n", 1, "[[phrase]]"},
      {"name = \"x\n", 1, "not TOML"},
      {"version = \"1 2\"\n", 1, "letters, digits"},
  };
  for (const auto& w : wrongs) {
    const auto m = mistake_of(w.text);
    EXPECT_EQ(m.line, w.line) << w.text << m.message();
    EXPECT_THAT(m.en, HasSubstr(std::string(w.en))) << w.text;
    EXPECT_FALSE(m.ja.empty());
    EXPECT_THAT(m.message(), HasSubstr("c.toml, line " + std::to_string(w.line) + ": "));
  }
}

TEST(Criteria, TooManyAndTooLongAreRefused) {
  std::string many;
  for (int i = 0; i <= static_cast<int>(kMostPhrases); ++i) many += "[[phrase]]\ntext = \"言い方" + std::to_string(i) + "\"\ncategory = \"threat\"\n";
  EXPECT_THAT(mistake_of(many).en, HasSubstr("at most 2000"));
  EXPECT_EQ(mistake_of(many).line, 1 + 3 * static_cast<int>(kMostPhrases));
  std::string name = "name = \"";
  for (int i = 0; i < 61; ++i) name += "あ";
  EXPECT_THAT(mistake_of(name + "\"\n").en, HasSubstr("longer than 60"));
  EXPECT_THAT(mistake_of(std::string(3u << 20, '#')).en, HasSubstr("too long"));
}

TEST(Criteria, WhatChangedIsSaidInTwoLanguages) {
  Criteria before;
  before.phrases.push_back({"税金泥棒", "", Category::kVerbalAbuse, 2, ""});
  before.phrases.push_back({"古い言い方", "", Category::kThreat, 2, ""});
  auto after = before;
  after.thresholds.notice_minutes = 20;
  after.categories[Category::kAuthorityDemand].enabled = false;
  after.phrases.erase(after.phrases.begin() + 1);
  after.phrases[0].level = 3;
  after.exceptions.push_back({"バカ売れ", std::nullopt, ""});
  std::vector<std::string> ja;
  std::vector<std::string> en;
  for (const auto& c : changes(before, after)) {
    ja.push_back(base::sentence(c).ja);
    en.push_back(base::sentence(c).en);
  }
  EXPECT_THAT(ja, testing::ElementsAre("長い通話として知らせる時間: 30 分 → 20 分", "権威型(責任者を出せ): 数える → 数えない",
                                       "独自の言い方: 「税金泥棒」 暴言・侮辱、危険度 2 → 「税金泥棒」 暴言・侮辱、危険度 3", "独自の言い方: 削除 「古い言い方」 脅迫、危険度 2",
                                       "数えない言葉: 追加 「バカ売れ」 すべての種類"));
  EXPECT_THAT(en, testing::Contains("Authority demand: counted → not counted"));
  EXPECT_TRUE(changes(after, after).empty());
}

TEST(CriteriaPresets, AreReadAndNameThemselves) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(MAMORI_SOURCE_DIR) + "/data/criteria")) {
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    const auto c = parse_criteria(text.str(), entry.path().string());
    ASSERT_TRUE(c) << c.error().message;
    EXPECT_EQ(c->version, "preset:" + entry.path().stem().string());
    EXPECT_FALSE(c->name.empty());
    ++files;
  }
  EXPECT_EQ(files, 5);
}

}  // namespace
}  // namespace mamori::judge
