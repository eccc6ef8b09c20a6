#include <gtest/gtest.h>

#include "contact/category.h"
#include "contact/event.h"
#include "contact/event_json.h"

namespace mamori::contact {
namespace {

TEST(Category, IdsRoundTripAndEveryOneHasWordsAndABasis) {
  for (int i = 0; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    EXPECT_EQ(category_from_id(term(category).id), category);
    EXPECT_FALSE(term(category).ja.empty());
    EXPECT_FALSE(term(category).en.empty());
    EXPECT_FALSE(official_basis(category).empty());
  }
  EXPECT_EQ(category_from_id("nonsense"), std::nullopt);
}

TEST(Flag, IdsRoundTrip) {
  for (int i = 0; i < kFlagCount; ++i) {
    const auto flag = static_cast<Flag>(i);
    EXPECT_EQ(flag_from_id(term(flag).id), flag);
  }
}

TEST(Event, IdsRoundTrip) {
  for (int i = 0; i < kActionKindCount; ++i) {
    const auto kind = static_cast<ActionKind>(i);
    EXPECT_EQ(action_from_id(term(kind).id), kind);
  }
  for (const auto medium : {Medium::kPhone, Medium::kMail, Medium::kChat, Medium::kForm, Medium::kTicket, Medium::kCounter}) {
    EXPECT_EQ(medium_from_id(to_id(medium)), medium);
  }
  EXPECT_EQ(speaker_from_id("caller"), Speaker::kCustomer);
  EXPECT_EQ(speaker_from_id("nobody"), std::nullopt);
}

TEST(Party, AWithheldNumberNamesNobody) {
  EXPECT_TRUE(names_a_party("0312345678"));
  EXPECT_TRUE(names_a_party("+4930123456"));
  EXPECT_TRUE(names_a_party("a@example.jp"));
  for (const auto* withheld : {"", "anonymous", "unavailable", "restricted", "private", "p"}) EXPECT_FALSE(names_a_party(withheld)) << withheld;
}

TEST(CounterEvidence, IsWrittenWithItsKindItsPlaceAndBothLanguages) {
  Finding f;
  f.counter_evidence = {{.kind = CounterKind::kGround, .ground = Ground::kDefect, .begin = 3, .end = 9, .text = "壊れ", .why = "申し出の根拠: 不具合・不備", .why_en = "A ground of the complaint: Defect"},
                        {.kind = CounterKind::kNotCounted, .why = "数えません", .why_en = "not counted"}};
  auto o = to_json(f);
  EXPECT_EQ(base::json::serialize(o.at("counter_evidence")),
            R"([{"kind":"ground","begin":3,"end":9,"text":"壊れ","why":"申し出の根拠: 不具合・不備","why_en":"A ground of the complaint: Defect","ground":"defect"},)"
            R"({"kind":"not_counted","begin":0,"end":0,"text":"","why":"数えません","why_en":"not counted"}])");
  const auto before = o;
  renew_counter_evidence(o);
  EXPECT_EQ(o, before) << "what is of today stays";
}

TEST(CounterEvidence, OldSentencesAreReadWithTheirKind) {
  const auto renewed = [](const char* sentence) {
    base::json::object o{{"counter_evidence", base::json::array{sentence}}};
    renew_counter_evidence(o);
    return o.at("counter_evidence").as_array().at(0).as_object();
  };
  const auto kind = [&](const char* sentence) { return base::get_string(renewed(sentence), "kind"); };
  EXPECT_EQ(kind("申し出の根拠: 不具合・不備"), "ground");
  EXPECT_EQ(base::get_string(renewed("申し出の根拠: 回答待ち・たらい回し"), "ground"), "unanswered");
  EXPECT_FALSE(renewed("申し出の根拠: 昔の名前").contains("ground"));
  EXPECT_EQ(kind("引用: 暴言"), "quotation");
  EXPECT_EQ(kind("引用・打ち消し: 登録された句「あほ」"), "quotation");
  EXPECT_EQ(kind("打ち消し・例外: 脅し"), "negation");
  EXPECT_EQ(kind("組織の例外: 脅し"), "own_exception");
  EXPECT_EQ(kind("組織の例外に当たる語があります"), "own_exception");
  EXPECT_EQ(kind("分類器の見立て: 「脅迫」の見込みは 3 % で、数えません"), "classifier");
  EXPECT_EQ(kind("音の並びから聞き取った句です。認識した文字での確認はまだです"), "unconfirmed");
  EXPECT_EQ(kind("以前の応対と同じ用件かどうかは、人が確かめてください"), "other_matter");
  EXPECT_EQ(kind("この組織の判断基準では、この種類を数えません"), "not_counted");
  EXPECT_EQ(kind("何か"), "other");
  EXPECT_EQ(base::get_string(renewed("何か"), "why"), "何か");
  EXPECT_EQ(base::get_string(renewed("何か"), "why_en"), "");
  base::json::object erased{{"counter_evidence", nullptr}};
  renew_counter_evidence(erased);  // and a record without any
  EXPECT_TRUE(erased.at("counter_evidence").is_null());
}

}  // namespace
}  // namespace mamori::contact
