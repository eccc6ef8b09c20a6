#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <thread>

#include "base/ids.h"
#include "judge/criteria.h"
#include "replay/run.h"

namespace mamori::replay {
namespace {

namespace fs = std::filesystem;
namespace json = base::json;
using contact::ActionKind;
using contact::ActionMode;
using contact::Category;

std::shared_ptr<const judge::Judge> judge_with(const judge::Criteria& criteria = {}) {
  static const std::shared_ptr<const judge::Judge> judge = [] {
    auto loaded = judge::Judge::load(judge::JudgeFiles::shipped(MAMORI_SOURCE_DIR));
    EXPECT_TRUE(loaded) << loaded.error().message;
    return std::shared_ptr<const judge::Judge>(std::move(*loaded));
  }();
  return judge->with(criteria);
}

policy::Policy shipped_policy() { return policy::load_policy(std::string(MAMORI_SOURCE_DIR) + "/data/policy/default.toml").value(); }
const LocalTime kNoon = [](base::UnixMillis) { return policy::LocalTime{720, 0}; };

struct Line {
  const char* speaker;
  const char* text;
};

store::PastContact call(const std::vector<Line>& lines, base::UnixMillis seconds = 120) {
  store::PastContact past;
  past.row.id = "c1";
  past.row.started_at = 1'000'000;
  past.row.answered_at = 1'001'000;
  past.row.ended_at = past.row.answered_at + seconds * 1000;
  past.row.state = "ended";
  past.row.line = "0312340001";
  double at = 2;
  for (const auto& [speaker, text] : lines) {
    store::Entry e;
    e.at = past.row.answered_at + static_cast<base::UnixMillis>(at * 1000) + 500;
    e.kind = "utterance";
    e.facts = {{"speaker", speaker}, {"start", at - 2}, {"end", at}, {"confidence", 0.9}};
    e.content = {{"text", text}};
    past.entries.push_back(std::move(e));
    at += 5;
  }
  return past;
}

TEST(Replay, KnowsWhatHadBeenInEarlierContacts) {
  const Side now{judge_with(), shipped_policy()};
  auto past = call({{"customer", "とにかく手数料を全額返金してください"}});
  past.matter.contacts = 3;
  EXPECT_FALSE(judge_again(past, now, kNoon).categories.contains(Category::kRepetition));
  past.matter.before.final_answers = 1;
  EXPECT_TRUE(judge_again(past, now, kNoon).categories.contains(Category::kRepetition));
}

TEST(Replay, IsWhatTheFlowWouldHaveDone) {
  const Side now{judge_with(), shipped_policy()};
  const auto o = judge_again(call({{"customer", "こんにちは"}, {"customer", "殺すぞ"}}), now, kNoon);
  EXPECT_GE(o.level, 3);
  EXPECT_TRUE(o.categories.contains(Category::kThreat));
  EXPECT_TRUE(o.alerts());
  EXPECT_EQ(o.actions.at(ActionKind::kWarnCaller).mode, ActionMode::kConfirm);
  EXPECT_FALSE(judge_again(call({{"customer", "住民票の写しを郵送で取りたいのですが"}}), now, kNoon).alerts());
}

TEST(Replay, CriteriaDecideWhatCounts) {
  judge::Criteria strict;
  strict.version = "1";
  strict.phrases.push_back({"豆大福", "", Category::kAuthorityDemand, 3, ""});
  auto lenient = strict;
  lenient.version = "2";
  lenient.categories[Category::kAuthorityDemand].enabled = false;
  const auto past = call({{"customer", "豆大福を一箱ください"}});
  const auto before = judge_again(past, {judge_with(strict), shipped_policy()}, kNoon);
  const auto after = judge_again(past, {judge_with(lenient), shipped_policy()}, kNoon);
  EXPECT_TRUE(before.categories.contains(Category::kAuthorityDemand));
  EXPECT_EQ(before.level, 3);
  EXPECT_FALSE(after.categories.contains(Category::kAuthorityDemand));
  EXPECT_LT(after.level, before.level);
}

TEST(Replay, TimePassesAsItDidInTheCall) {
  judge::Criteria strict;
  strict.version = "3";
  strict.thresholds.notice_minutes = 20;
  const auto past = call({{"customer", "手続きについて教えてください"}}, 25 * 60);
  EXPECT_EQ(judge_again(past, {judge_with(), shipped_policy()}, kNoon).level, 0);
  EXPECT_EQ(judge_again(past, {judge_with(strict), shipped_policy()}, kNoon).level, 1);
}

TEST(Replay, AWarningThatWasHeardIsHeardAgain) {
  auto past = call({{"customer", "殺すぞ"}, {"customer", "うるさい、殺してやる"}});
  store::Entry warning;
  warning.kind = "prompt";
  warning.at = past.entries[0].at + 1000;
  warning.facts = {{"prompt", "warning"}, {"state", "finished"}};
  EXPECT_FALSE(judge_again(past, {judge_with(), shipped_policy()}, kNoon).actions.contains(ActionKind::kSwitchToAnnouncement));
  past.entries.insert(past.entries.begin() + 1, warning);
  EXPECT_TRUE(judge_again(past, {judge_with(), shipped_policy()}, kNoon).actions.contains(ActionKind::kSwitchToAnnouncement));
}

TEST(Replay, APersonInDistressIsNeverCutByAnyPolicy) {
  auto all = policy::parse_policy("version = \"x\"\n[[rule]]\nid = \"a\"\naction = \"disconnect\"\nmode = \"automatic\"\n[[rule]]\nid = \"b\"\naction = \"block_number\"\nmode = \"confirm\"\n", "x");
  ASSERT_TRUE(all);
  const auto o = judge_again(call({{"customer", "もう疲れました。死にたい"}, {"customer", "薬をたくさん飲みました"}}), {judge_with(), *all}, kNoon);
  EXPECT_TRUE(o.flags.contains(contact::Flag::kDistress));
  EXPECT_FALSE(o.actions.contains(ActionKind::kDisconnect));
  EXPECT_FALSE(o.actions.contains(ActionKind::kBlockNumber));
}

TEST(Replay, RulesThatDifferAloneAreComparedOnOneJudgement) {
  auto demo = policy::load_policy(std::string(MAMORI_SOURCE_DIR) + "/data/policy/demo.toml");
  ASSERT_TRUE(demo);
  const Side before{judge_with(), shipped_policy()};
  const Side after{judge_with(), *demo};
  EXPECT_TRUE(same_criteria(before, after));
  judge::Criteria other;
  other.thresholds.notice_minutes = 3;
  EXPECT_FALSE(same_criteria(before, {judge_with(other), *demo}));
  EXPECT_FALSE(same_criteria(before, {}));
  const auto past = call({{"customer", "殺すぞ"}, {"customer", "こんにちは"}});
  const auto once = judge_both(past, before, after, true, kNoon);
  EXPECT_EQ(once.before.actions, judge_again(past, before, kNoon).actions);
  EXPECT_EQ(once.after.actions, judge_again(past, after, kNoon).actions);
  EXPECT_EQ(once.after.actions.at(ActionKind::kWarnCaller).mode, ActionMode::kAutomatic);
}

TEST(Replay, WithoutAJudgeItIsWhatWasRecorded) {
  auto past = call({{"customer", "こんにちは"}});
  past.row.level = 3;
  past.row.categories = {"threat"};
  store::Entry proposal;
  proposal.kind = "proposal";
  proposal.facts = {{"action", "notify_supervisor"}, {"mode", "automatic"}};
  past.entries.push_back(proposal);
  const auto o = judge_again(past, {}, kNoon);
  EXPECT_EQ(o.level, 3);
  EXPECT_TRUE(o.alerts());
  EXPECT_TRUE(o.categories.contains(Category::kThreat));
}

Outcome outcome(contact::Level level, std::set<Category> categories, std::map<ActionKind, Proposed> actions) { return {level, std::move(categories), {}, std::move(actions)}; }

TEST(ReplayReport, EveryNumberHasItsContacts) {
  Report report;
  const auto past = call({});
  report.add(past, outcome(0, {}, {}), outcome(0, {}, {}));
  report.add(past, outcome(1, {}, {}), outcome(3, {Category::kThreat}, {{ActionKind::kNotifySupervisor, {ActionMode::kAutomatic, 0}}, {ActionKind::kDisconnect, {ActionMode::kAutomatic, 0}}}));
  report.add(past, outcome(2, {Category::kThreat}, {{ActionKind::kNotifySupervisor, {}}, {ActionKind::kWarnCaller, {ActionMode::kConfirm, 0}}}), outcome(2, {Category::kThreat}, {{ActionKind::kNotifySupervisor, {}}, {ActionKind::kWarnCaller, {ActionMode::kAutomatic, 0}}}));
  report.finish({});
  EXPECT_EQ(report.contacts(), 3);
  EXPECT_EQ(report.changed(), 2);
  EXPECT_EQ(report.level(1, 3), 1);
  EXPECT_EQ(report.alerts().gained, 1);
  EXPECT_EQ(report.of(Category::kThreat).gained, 1);
  EXPECT_EQ(report.of(Category::kThreat).before, 1);
  EXPECT_EQ(report.of(ActionKind::kWarnCaller).more_automatic, 1);
  const auto behind = [&](std::string_view what) { return std::ranges::count_if(report.differences(), [&](const auto& d) { return stands_behind(d, what); }); };
  EXPECT_EQ(behind("changed"), 2);
  EXPECT_EQ(behind("level:1:3"), 1);
  EXPECT_EQ(behind("alert:gained"), 1);
  EXPECT_EQ(behind("category:threat:gained"), 1);
  EXPECT_EQ(behind("action:warn_caller:more"), 1);
  EXPECT_EQ(behind("action:disconnect:gained"), 1);
  for (const auto* nonsense : {"", ":", "level", "level:x:y:z", "category:rudeness:gained", "action::more", "alert:more"}) EXPECT_EQ(behind(nonsense), 0) << nonsense;
}

TEST(ReplayReport, SaysHowManyTheHourlyLimitWouldHaveHeldBack) {
  Report report;
  Report other;
  for (int i = 0; i < 4; ++i) (i % 2 ? report : other).add(call({}), {}, outcome(4, {}, {{ActionKind::kDisconnect, {ActionMode::kAutomatic, i * 1000 * 600}}}));
  report.merge(std::move(other));
  policy::Policy limited;
  limited.most_automatic_an_hour[ActionKind::kDisconnect] = 3;
  report.finish(limited);
  EXPECT_EQ(report.of(ActionKind::kDisconnect).automatic_after, 4);
  EXPECT_EQ(report.of(ActionKind::kDisconnect).over_limit, 1);
}

TEST(ReplayReport, StaysBoundedAndStillCounts) {
  Report report;
  for (std::size_t i = 0; i < Report::kMostDifferences + 50; ++i) report.add(call({}), {}, outcome(1, {}, {}));
  report.finish({});
  EXPECT_EQ(report.changed(), static_cast<std::int64_t>(Report::kMostDifferences) + 50);
  EXPECT_EQ(report.differences().size(), Report::kMostDifferences);
  EXPECT_TRUE(report.to_json().at("truncated").as_bool());
}

class ReplayRun : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("mamori-replay-" + base::random_hex(6));
    fs::create_directories(folder_);
    auto store = store::Store::open("sqlite:" + (folder_ / "m.db").string(), (folder_ / "master.key").string());
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  void add(const std::string& id, base::UnixMillis at, const std::string& words, const std::string& party = "0312345678", const std::string& state = "ended") {
    store::Write w;
    w.entries.push_back({id, at + 3000, "utterance", {{"turn", 0}, {"speaker", "customer"}, {"start", 1.0}, {"end", 2.0}}, {{"text", words}}});
    w.entries.push_back({id, at + 4000, "note", {{"by", "sato"}}, {{"text", "ひとこと"}}});
    w.projections.push_back(store::Store::upsert_contact(store_->keys(), {.id = id, .line = "1000", .party = party, .state = state, .started_at = at, .answered_at = at + 1000, .ended_at = at + 60'000}));
    store_->journal().submit(std::move(w));
  }
  base::Result<Report> run(base::UnixMillis from, base::UnixMillis to, unsigned workers = 2) {
    EXPECT_TRUE(store_->journal().flush());
    judge::Criteria own;
    own.version = "2";
    own.phrases.push_back({"豆大福", "", Category::kVerbalAbuse, 3, ""});
    return replay::run(*store_, clock_, {from, to, {judge_with(), shipped_policy()}, {judge_with(own), shipped_policy()}, "sato", {{"criteria_after", "2"}}, workers}, progress_);
  }
  fs::path folder_;
  std::unique_ptr<store::Store> store_;
  base::SystemClock clock_;
  Progress progress_;
};

TEST_F(ReplayRun, FindsWhatChangesInAPeriodAndNamesTheContacts) {
  for (int i = 0; i < 100; ++i) add("c" + std::to_string(1000 + i), 10'000 + i * 1000, i % 10 == 3 ? "豆大福を一箱ください" : "住民票の写しを取りたいのですが");
  add("early", 500, "豆大福を一箱ください");
  add("late", 900'000, "豆大福を一箱ください");
  add("live", 20'500, "豆大福を一箱ください", "0300000000", "live");
  const auto report = run(10'000, 900'000);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->contacts(), 100);
  EXPECT_EQ(progress_.done, 100);
  EXPECT_EQ(progress_.total, 100);
  EXPECT_EQ(report->of(Category::kVerbalAbuse).gained, 10) << json::serialize(report->to_json());
  EXPECT_EQ(report->changed(), static_cast<std::int64_t>(report->differences().size()));
  for (const auto& d : report->differences()) EXPECT_EQ(d.contact.substr(d.contact.size() - 1), "3");
  const auto said = store_->facts("replay", 0);
  ASSERT_TRUE(said);
  ASSERT_EQ(said->size(), 1u) << "the reading is in the journal, once";
  EXPECT_EQ(base::get_string(said->front().second, "by"), "sato");
  EXPECT_EQ(base::get_int(said->front().second, "contacts"), 100);
  EXPECT_EQ(base::get_string(said->front().second, "criteria_after"), "2");
}

TEST_F(ReplayRun, OneThreadAndFourComeToTheSame) {
  for (int i = 0; i < 80; ++i) add("c" + std::to_string(i), 10'000 + (i / 4) * 1000, i % 3 == 0 ? "豆大福を一箱ください" : "死ね");
  const auto one = run(0, 1'000'000, 1);
  const auto four = run(0, 1'000'000, 4);
  ASSERT_TRUE(one && four);
  EXPECT_EQ(json::serialize(one->to_json()), json::serialize(four->to_json()));
  EXPECT_EQ(one->contacts(), 80) << "many begin at the same moment, none is lost or twice";
}

TEST_F(ReplayRun, WhatWasErasedIsCountedButNotJudged) {
  add("c1", 10'000, "豆大福を一箱ください");
  add("c2", 11'000, "豆大福を一箱ください");
  ASSERT_TRUE(store_->journal().flush());
  ASSERT_TRUE(store_->journal().erase("c1", 50'000, "admin"));
  const auto report = run(0, 1'000'000);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->contacts(), 1);
  EXPECT_EQ(base::get_int(report->to_json(), "unreadable"), 1);
}

TEST_F(ReplayRun, CancelledItSaysSo) {
  for (int i = 0; i < 50; ++i) add("c" + std::to_string(i), 10'000 + i, "死ね");
  progress_.cancelled = true;
  const auto report = run(0, 1'000'000);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, base::ErrorCode::kConflict);
}

}  // namespace
}  // namespace mamori::replay
