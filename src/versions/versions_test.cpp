#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/policy_text.h"
#include "versions/content.h"
#include "versions/lifecycle.h"

namespace mamori::versions {
namespace {

using base::ErrorCode;
using store::VersionRow;

constexpr base::UnixMillis kHour = 3600 * 1000;

VersionRow draft(std::int64_t number = 1) { return create(Kind::kCriteria, number, "標準", "", "", "sato", 1000).row; }
VersionRow submitted() { return submit(draft(), "sato", 2000)->row; }
ErrorCode code_of(const Move& move) {
  EXPECT_FALSE(move);
  return move ? ErrorCode::kInternal : move.error().code;
}

TEST(Versions, AnotherPersonApproves) {
  EXPECT_EQ(code_of(approve(submitted(), 0, "", "sato", 2, 3000)), ErrorCode::kPermissionDenied);
  const auto other = approve(submitted(), 9000, "よい", "suzuki", 2, 3000);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->row.state, "approved");
  EXPECT_EQ(other->row.applies_from, 9000);
  EXPECT_EQ(other->row.reviewer, "suzuki");
  EXPECT_FALSE(other->row.alone);
  EXPECT_EQ(other->step.note, "よい");
}

TEST(Versions, WhereThereIsOneAdministratorItIsMarked) {
  const auto own = approve(submitted(), 0, "", "sato", 1, 3000);
  ASSERT_TRUE(own);
  EXPECT_TRUE(own->row.alone);
  EXPECT_EQ(own->row.applies_from, 3000) << "the past means at once";
  EXPECT_EQ(code_of(approve(submitted(), 3000 + 3LL * 366 * 24 * kHour, "", "suzuki", 2, 3000)), ErrorCode::kInvalidArgument);
}

TEST(Versions, OnlyTheAuthorEditsAndOnlyADraft) {
  EXPECT_TRUE(edit(draft(), "n", "b", "", "sato", 2000));
  EXPECT_EQ(code_of(edit(draft(), "n", "b", "", "suzuki", 2000)), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(edit(submitted(), "n", "b", "", "sato", 2000)), ErrorCode::kConflict);
  EXPECT_EQ(code_of(approve(draft(), 0, "", "suzuki", 2, 2000)), ErrorCode::kConflict);
  EXPECT_EQ(code_of(submit(draft(), "suzuki", 2000)), ErrorCode::kPermissionDenied);
}

TEST(Versions, SentBackWithAReasonItIsADraftAgain) {
  EXPECT_EQ(code_of(send_back(submitted(), "", "suzuki", 3000)), ErrorCode::kInvalidArgument);
  const auto back = send_back(submitted(), "数の根拠を書いてください", "suzuki", 3000);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->row.state, "draft");
  EXPECT_TRUE(edit(back->row, "n", "b", "", "sato", 4000));
  EXPECT_TRUE(withdraw(back->row, "", "sato", 4000));
}

VersionRow with(std::int64_t number, const char* state, base::UnixMillis from, base::UnixMillis in_force = 0) {
  auto v = draft(number);
  v.state = state;
  v.applies_from = from;
  v.in_force_at = in_force;
  return v;
}
const auto kAllRead = [](const VersionRow&) -> std::optional<base::Mistake> { return std::nullopt; };
auto unreadable(std::set<std::int64_t> numbers) {
  return [numbers](const VersionRow& v) { return numbers.contains(v.number) ? std::optional(base::Mistake{"criteria 1", 3, "読めません", "cannot be read"}) : std::nullopt; };
}
std::vector<std::pair<std::int64_t, std::string>> moves(const Choice& c) {
  std::vector<std::pair<std::int64_t, std::string>> out;
  for (const auto& m : c.moved) out.emplace_back(m.row.number, m.row.state);
  return out;
}

TEST(Choosing, NothingYetMeansWhatIsShipped) {
  EXPECT_EQ(choose({}, 100, kAllRead).number, 0);
  EXPECT_EQ(choose({with(1, "draft", 0), with(2, "submitted", 0), with(3, "withdrawn", 50)}, 100, kAllRead).number, 0);
}

TEST(Choosing, WaitsForItsTimeAndThenTakesTheOldOnesPlace) {
  const std::vector<VersionRow> both{with(2, "approved", 200), with(1, "in_force", 50, 50)};
  EXPECT_EQ(choose(both, 199, kAllRead).number, 1);
  EXPECT_TRUE(choose(both, 199, kAllRead).moved.empty());
  const auto now = choose(both, 200, kAllRead);
  EXPECT_EQ(now.number, 2);
  EXPECT_THAT(moves(now), testing::ElementsAre(testing::Pair(2, "in_force"), testing::Pair(1, "superseded")));
  EXPECT_EQ(now.moved[0].row.in_force_at, 200);
}

TEST(Choosing, OfTwoThatAreDueTheLaterOneStands) {
  const auto c = choose({with(3, "approved", 120), with(2, "approved", 150), with(1, "in_force", 50, 50)}, 200, kAllRead);
  EXPECT_EQ(c.number, 2);
  EXPECT_THAT(moves(c), testing::UnorderedElementsAre(testing::Pair(2, "in_force"), testing::Pair(3, "superseded"), testing::Pair(1, "superseded")));
}

TEST(Choosing, OneThatCannotBeReadIsRefusedAndTheOldOneStays) {
  const auto c = choose({with(2, "approved", 100), with(1, "in_force", 50, 50)}, 200, unreadable({2}));
  EXPECT_EQ(c.number, 1);
  EXPECT_TRUE(c.moved.empty());
  ASSERT_EQ(c.refused.size(), 1u);
  EXPECT_EQ(c.refused[0].number, 2);
  EXPECT_EQ(c.refused[0].mistake.line, 3);
}

TEST(Choosing, WhenTheOneInForceCannotBeReadAnyMoreTheOneBeforeStandsIn) {
  const auto c = choose({with(3, "in_force", 90, 90), with(2, "superseded", 60, 60), with(1, "superseded", 50, 50)}, 200, unreadable({3}));
  EXPECT_EQ(c.number, 2);
  EXPECT_TRUE(c.moved.empty()) << "nothing is rewritten: the newer program may come back";
  EXPECT_EQ(c.refused.size(), 1u);
  EXPECT_EQ(choose({with(1, "in_force", 50, 50)}, 200, unreadable({1})).number, 0);
}

TEST(Content, TheNumberIsTheVersionThatJudgementsName) {
  auto v = draft(12);
  v.body = "name = \"みどり市\"\nversion = \"9\"\n";
  EXPECT_EQ(criteria_of(v)->version, "12");
  v.kind = "policy";
  v.body = "[[rule]]\nid = \"a\"\naction = \"open_case\"\nmode = \"confirm\"\n";
  EXPECT_EQ(policy_of(v)->version, "12");
  v.body = "[[rule]]\n";
  EXPECT_THAT(mistake_in(v)->message(), testing::HasSubstr("policy 12, line 1"));
}

TEST(Content, FormAndTextSayTheSame) {
  const auto checked = check(Kind::kCriteria, "name = \"a\"\n[category.threat]\nthreshold = 0.5\n[[phrase]]\ntext = \"ばか\\\"者\"\ncategory = \"verbal_abuse\"\n");
  ASSERT_TRUE(checked);
  const auto& phrase = checked->value.at("phrase").as_array().at(0).as_object();
  EXPECT_EQ(phrase.at("text").as_string(), "ばか\"者");
  EXPECT_EQ(phrase.at("level").as_int64(), 2) << "defaults are filled in";
  EXPECT_EQ(text_of(Kind::kCriteria, checked->value).value(), checked->text);
  auto form = checked->value;
  form["thresholds"].as_object()["notice_minutes"] = "30";
  EXPECT_FALSE(text_of(Kind::kCriteria, form)) << "a form is checked like a text";
  form["thresholds"].as_object()["notice_minutes"] = 45;
  const auto changed = changes(Kind::kCriteria, checked->text, text_of(Kind::kCriteria, form).value());
  ASSERT_TRUE(changed);
  ASSERT_EQ(changed->size(), 1u);
  EXPECT_EQ(base::sentence((*changed)[0]).en, "A long call is worth a look after: 30 min → 45 min");
  const auto rules = check(Kind::kPolicy, "[limits]\ndisconnect = 2\n[[rule]]\nid = \"a\"\naction = \"open_case\"\nmode = \"confirm\"\nhours = [\"17:15-08:30\"]\n");
  ASSERT_TRUE(rules);
  EXPECT_EQ(text_of(Kind::kPolicy, rules->value).value(), rules->text);
}

}  // namespace
}  // namespace mamori::versions
