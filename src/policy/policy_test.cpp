#include "policy/policy_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mamori::policy {
namespace {

using contact::ActionKind;
using contact::ActionMode;
using contact::Assessment;
using contact::Category;
using contact::Flag;
using contact::Medium;

Policy shipped(const std::string& name) {
  auto policy = load_policy(std::string(MAMORI_SOURCE_DIR) + "/data/policy/" + name);
  EXPECT_TRUE(policy) << policy.error().message;
  return policy.value_or(Policy{});
}

std::vector<ActionKind> kinds(const Assessment& a, int warnings = 0, Medium medium = Medium::kPhone) {
  std::vector<ActionKind> out;
  for (const auto& action : decide(shipped("default.toml"), {medium, &a, warnings})) out.push_back(action.kind);
  return out;
}

TEST(DefaultPolicy, NothingIsDoneToAFairComplaint) {
  Assessment fair;
  fair.level = 1;
  fair.flags = {Flag::kComplaint};
  EXPECT_TRUE(kinds(fair).empty());
}

TEST(DefaultPolicy, ClimbsWithLevelAndWarnings) {
  Assessment a;
  a.level = 2;
  a.categories = {Category::kIntimidation};
  EXPECT_THAT(kinds(a), testing::ElementsAre(ActionKind::kNotifySupervisor));
  a.level = 3;
  EXPECT_THAT(kinds(a), testing::UnorderedElementsAre(ActionKind::kNotifySupervisor, ActionKind::kOpenCase, ActionKind::kWarnCaller));
  EXPECT_THAT(kinds(a, 1), testing::Contains(ActionKind::kSwitchToAnnouncement));
  a.level = 4;
  EXPECT_THAT(kinds(a), testing::IsSupersetOf({ActionKind::kDisconnect, ActionKind::kBlockNumber}));
}

TEST(DefaultPolicy, OnlyWhatDoesNotTouchTheCustomerIsAutomatic) {
  Assessment a;
  a.level = 4;
  for (const auto& action : decide(shipped("default.toml"), {Medium::kPhone, &a, 3})) {
    if (action.mode == ActionMode::kAutomatic) {
      EXPECT_TRUE(action.kind == ActionKind::kNotifySupervisor || action.kind == ActionKind::kOpenCase) << action.rule;
    }
  }
}

TEST(AnyPolicy, DistressIsNeverCutWarnedOrSentAwayWhateverTheRulesSay) {
  for (const auto* name : {"default.toml", "demo.toml"}) {
    for (int level = 0; level <= 4; ++level) {
      for (int warnings = 0; warnings < 4; ++warnings) {
        Assessment a;
        a.level = level;
        a.flags = {Flag::kDistress};
        const auto actions = decide(shipped(name), {Medium::kPhone, &a, warnings});
        EXPECT_THAT(actions, testing::Contains(testing::Field(&contact::ProposedAction::kind, ActionKind::kNotifySupervisor)));
        for (const auto& action : actions) {
          EXPECT_TRUE(action.kind == ActionKind::kNotifySupervisor || action.kind == ActionKind::kOpenCase) << action.rule;
        }
      }
    }
  }
}

TEST(AnyPolicy, ALineThatMustStayOpenIsNotEnded) {
  Assessment bomb;
  bomb.level = 4;
  bomb.keep_line = true;
  const auto found = kinds(bomb, 3);
  EXPECT_THAT(found, testing::Not(testing::Contains(ActionKind::kDisconnect)));
  EXPECT_THAT(found, testing::Not(testing::Contains(ActionKind::kSwitchToAnnouncement)));
  std::string reason;
  EXPECT_FALSE(allowed({Medium::kPhone, &bomb, 0}, ActionKind::kDisconnect, &reason));
  EXPECT_FALSE(reason.empty());
}

TEST(AnyPolicy, ACounterHasNoTelephoneActionsAndLevel3IsNeverEmpty) {
  Assessment a;
  a.level = 4;
  for (const auto kind : kinds(a, 3, Medium::kCounter)) {
    EXPECT_TRUE(kind == ActionKind::kNotifySupervisor || kind == ActionKind::kOpenCase);
  }
  const auto floor = decide(Policy{"empty", {}, {}}, {Medium::kCounter, &a, 0});
  ASSERT_EQ(floor.size(), 1u);
  EXPECT_EQ(floor[0].kind, ActionKind::kNotifySupervisor);
}

TEST(PolicyFile, ErrorsNameTheLine) {
  const auto line_of = [](std::string_view text) {
    auto policy = parse_policy(text, "p.toml");
    EXPECT_FALSE(policy);
    return policy ? std::string() : policy.error().message;
  };
  EXPECT_THAT(line_of("version = \"1\"\n[[rule]]\nid = \"a\"\naction = \"fly\"\nmode = \"confirm\"\n"), testing::HasSubstr("line 4"));
  EXPECT_THAT(line_of("version = \"1\"\n[[rule]]\nid = \"a\"\naction = \"open_case\"\nmode = \"confirm\"\nlevle = 3\n"), testing::HasSubstr("line 6"));
  EXPECT_THAT(line_of("version = \"1\"\n[[rule]]\nid = \"a\"\nlevel = \"4\"\naction = \"disconnect\"\nmode = \"automatic\"\n"), testing::HasSubstr("line 4"));
  EXPECT_THAT(line_of("version = \"1\"\n[[rules]]\nid = \"a\"\n"), testing::HasSubstr("unknown key"));
  EXPECT_THAT(line_of("version = \"1\n"), testing::HasSubstr("line 1"));
  EXPECT_THAT(line_of("version = \"1\"\n"), testing::HasSubstr("[[rule]]"));
}

// A rule of the worst kind for every action, so that only what is written in code can hold it back.
Policy everything_automatic() {
  Policy p{"all", {}, {}};
  for (int i = 1; i < contact::kActionKindCount; ++i) {
    Rule r;
    r.id = "r" + std::to_string(i);
    r.action = static_cast<ActionKind>(i);
    r.mode = ActionMode::kAutomatic;
    p.rules.push_back(r);
  }
  return p;
}

TEST(AnyPolicy, DistressHoldsAgainstEveryRuleLineHourAndLimit) {
  auto p = everything_automatic();
  for (auto& r : p.rules) {
    r.lines = {"03*"};
    r.hours = {{0, 1440}};
    r.sectors = {"town_hall"};
  }
  for (int level = 0; level <= 4; ++level) {
    for (int minute = 0; minute < 1440; minute += 97) {
      Assessment a;
      a.level = level;
      a.flags = {Flag::kDistress};
      const auto actions = decide(p, {Medium::kPhone, &a, 5, "0312345678", "town_hall", LocalTime{minute, minute % 7}});
      EXPECT_FALSE(actions.empty());
      for (const auto& action : actions) EXPECT_FALSE(touches_the_customer(action.kind));
    }
  }
}

Policy one_rule(const std::string& more) {
  auto p = parse_policy("version = \"1\"\n[[rule]]\nid = \"a\"\naction = \"disconnect\"\nmode = \"automatic\"\n" + more, "p.toml");
  EXPECT_TRUE(p) << p.error().message;
  return p.value_or(Policy{});
}

TEST(Rules, HoldOnTheirLinesOnly) {
  const auto p = one_rule("lines = [\"0312340001\", \"0466*\"]\n");
  Assessment a;
  EXPECT_FALSE(decide(p, {Medium::kPhone, &a, 0, "0312340001"}).empty());
  EXPECT_FALSE(decide(p, {Medium::kPhone, &a, 0, "0466123456"}).empty());
  EXPECT_TRUE(decide(p, {Medium::kPhone, &a, 0, "03123400012"}).empty());
  EXPECT_TRUE(decide(p, {Medium::kPhone, &a, 0, ""}).empty());
}

TEST(Rules, HoldInTheirHoursPastMidnightToo) {
  const auto p = one_rule("hours = [\"17:15-08:30\"]\ndays = [\"fri\"]\n");
  Assessment a;
  const auto at = [&](int day, int hour, int minute) { return !decide(p, {Medium::kPhone, &a, 0, "", "", LocalTime{hour * 60 + minute, day}}).empty(); };
  EXPECT_FALSE(at(4, 17, 14));
  EXPECT_TRUE(at(4, 17, 15));
  EXPECT_TRUE(at(4, 23, 59));
  EXPECT_TRUE(at(5, 0, 0)) << "Friday night goes on into Saturday";
  EXPECT_TRUE(at(5, 8, 29));
  EXPECT_FALSE(at(5, 8, 30));
  EXPECT_FALSE(at(5, 18, 0));
  EXPECT_FALSE(at(4, 8, 0)) << "that is Thursday's night";
  EXPECT_TRUE(decide(p, {Medium::kPhone, &a, 0}).empty()) << "without a clock a rule with hours does not fire";
}

TEST(Rules, OnDaysWithoutHoursHoldAllDay) {
  const auto p = one_rule("days = [\"sat\", \"sun\"]\n");
  Assessment a;
  for (int day = 0; day < 7; ++day) EXPECT_EQ(!decide(p, {Medium::kPhone, &a, 0, "", "", LocalTime{600, day}}).empty(), day >= 5);
}

TEST(Rules, HoldInTheirSectorOnly) {
  const auto p = one_rule("sectors = [\"hospital\"]\n");
  Assessment a;
  EXPECT_TRUE(decide(p, {Medium::kPhone, &a, 0, "", "town_hall"}).empty());
  EXPECT_FALSE(decide(p, {Medium::kPhone, &a, 0, "", "hospital"}).empty());
}

TEST(Limits, BeyondThemAPersonDecides) {
  auto p = parse_policy("version = \"1\"\n[limits]\ndisconnect = 2\n[[rule]]\nid = \"a\"\naction = \"disconnect\"\nmode = \"automatic\"\n", "p.toml");
  ASSERT_TRUE(p) << p.error().message;
  Assessment a;
  Situation s{Medium::kPhone, &a, 0};
  s.automatic[static_cast<std::size_t>(ActionKind::kDisconnect)] = 1;
  EXPECT_EQ(decide(*p, s)[0].mode, ActionMode::kAutomatic);
  s.automatic[static_cast<std::size_t>(ActionKind::kDisconnect)] = 2;
  EXPECT_EQ(decide(*p, s)[0].mode, ActionMode::kConfirm);
  EXPECT_TRUE(decide(*p, s)[0].limited);
  p->most_automatic_an_hour[ActionKind::kDisconnect] = 0;
  EXPECT_EQ(decide(*p, {Medium::kPhone, &a, 0})[0].mode, ActionMode::kConfirm) << "0: never by itself";
}

TEST(PolicyText, IsReadBackAsItWasWritten) {
  for (const auto* name : {"default.toml", "demo.toml"}) {
    const auto p = shipped(name);
    const auto back = parse_policy(to_toml(p), "x");
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_TRUE(changes(p, *back).empty());
    EXPECT_EQ(to_toml(*back), to_toml(p));
  }
  auto p = one_rule("hours = [\"17:15-08:30\", \"12:00-13:00\"]\ndays = [\"mon\"]\nlines = [\"03*\"]\nsectors = [\"saas\"]\nflag = \"complaint\"\n");
  p.rules[0].why = "「\"] [[rule]] \\ # ";
  p.most_automatic_an_hour[ActionKind::kWarnCaller] = 7;
  const auto back = parse_policy(to_toml(p), "x");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(changes(p, *back).empty());
}

TEST(PolicyText, SaysWhatChanged) {
  const auto before = shipped("default.toml");
  auto after = before;
  for (auto& r : after.rules) {
    if (r.id == "warn") r.mode = ActionMode::kAutomatic;
  }
  std::erase_if(after.rules, [](const Rule& r) { return r.id == "block-severe"; });
  after.most_automatic_an_hour[ActionKind::kDisconnect] = 3;
  std::vector<std::string> ja;
  for (const auto& c : changes(before, after)) ja.push_back(base::sentence(c).ja);
  EXPECT_THAT(ja, testing::ElementsAre("切断の自動の上限(1 時間): 上限なし → 3 件", "ルール「warn」の行い方: 確認 → 自動", "ルール「block-severe」: 削除 危険度 4、経路 電話 → 着信拒否(助言)"));
}

TEST(PolicyText, RefusesWhatItDoesNotKnowWithTheLine) {
  const std::string head = "[[rule]]\nid = \"a\"\naction = \"open_case\"\nmode = \"confirm\"\n";
  const auto line_of = [&](const std::string& text) {
    const auto p = read_policy(text, "p.toml");
    EXPECT_FALSE(p) << text;
    return p ? 0 : p.error().line;
  };
  EXPECT_EQ(line_of(head + "hours = [\"17:15-17:15\"]\n"), 5);
  EXPECT_EQ(line_of(head + "hours = [\"25:00-08:00\"]\n"), 5);
  EXPECT_EQ(line_of(head + "hours = \"17:15-08:30\"\n"), 5);
  EXPECT_EQ(line_of(head + "days = [\"月\"]\n"), 5);
  EXPECT_EQ(line_of(head + "lines = [\"*\"]\n"), 5);
  EXPECT_EQ(line_of(head + "lines = [\"0*3\"]\n"), 5);
  EXPECT_EQ(line_of(head + "\n" + head), 6);
  EXPECT_EQ(line_of("[limits]\nopen_case = 3\n" + head), 2);
  EXPECT_EQ(line_of("[limits]\ndisconnect = -1\n" + head), 2);
  EXPECT_EQ(line_of("limit = 3\n" + head), 1);
}

}  // namespace
}  // namespace mamori::policy
