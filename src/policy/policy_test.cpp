#include "policy/policy.h"

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
  const auto floor = decide(Policy{"empty", {}}, {Medium::kCounter, &a, 0});
  ASSERT_EQ(floor.size(), 1u);
  EXPECT_EQ(floor[0].kind, ActionKind::kNotifySupervisor);
}

TEST(PolicyFile, ErrorsNameTheLine) {
  const auto line_of = [](std::string_view text) {
    auto policy = parse_policy(text, "p.toml");
    EXPECT_FALSE(policy);
    return policy ? std::string() : policy.error().message;
  };
  EXPECT_THAT(line_of("version = \"1\"\n[[rule]]\nid = \"a\"\naction = \"fly\"\nmode = \"confirm\"\n"), testing::HasSubstr("line 2"));
  EXPECT_THAT(line_of("version = \"1\"\n[[rule]]\nid = \"a\"\naction = \"open_case\"\nmode = \"confirm\"\nlevle = 3\n"), testing::HasSubstr("line 6"));
  EXPECT_THAT(line_of("version = \"1\"\n[[rule]]\nid = \"a\"\nlevel = \"4\"\naction = \"disconnect\"\nmode = \"automatic\"\n"), testing::HasSubstr("line 4"));
  EXPECT_THAT(line_of("version = \"1\"\n[[rules]]\nid = \"a\"\n"), testing::HasSubstr("unknown key"));
  EXPECT_THAT(line_of("version = \"1\n"), testing::HasSubstr("line 1"));
  EXPECT_THAT(line_of("version = \"1\"\n"), testing::HasSubstr("[[rule]]"));
}

}  // namespace
}  // namespace mamori::policy
