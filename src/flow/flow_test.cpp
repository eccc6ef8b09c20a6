#include "flow/flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace mamori::flow {
namespace {

namespace json = base::json;
using base::get_string;
using contact::ActionKind;
using testing::Contains;

class FakeClock final : public base::Clock {
 public:
  [[nodiscard]] base::UnixMillis now() const override { return at; }
  [[nodiscard]] std::chrono::nanoseconds steady() const override { return std::chrono::milliseconds(at); }
  base::UnixMillis at = 1'000'000;
};

// The flow with the shipped frames and policy, and an outside that remembers.
class FlowTest : public testing::Test {
 protected:
  FlowTest() {
    static const std::shared_ptr<const judge::Judge> judge = [] {
      auto loaded = judge::Judge::load(judge::JudgeFiles::shipped(MAMORI_SOURCE_DIR));
      EXPECT_TRUE(loaded) << loaded.error().message;
      return std::shared_ptr<const judge::Judge>(std::move(*loaded));
    }();
    judge_ = judge;
    make("default.toml");
  }
  void make(const std::string& policy_file) {
    auto policy = policy::load_policy(std::string(MAMORI_SOURCE_DIR) + "/data/policy/" + policy_file);
    Outside out;
    out.write = [this](store::Write w) { for (auto& e : w.entries) written.push_back(std::move(e)); };
    out.media = [this](const json::object& m) { to_media.push_back(m); };
    out.speech = [this](const json::object& m) { to_speech.push_back(m); };
    out.speech_audio = [this](const link::Audio&) { ++audio; };
    out.wall = [this](const json::object& m) { wall.push_back(m); };
    if (compare) {
      out.voices_wanted = [this] { return voices_wanted; };
      out.compare_voice = [this](const json::object& m) { return compare(m); };
    }
    flow = std::make_unique<Flow>(judge_, *policy, keys, clock, zone, std::move(out));
    flow->speech_ready();
  }
  bool voices_wanted = false;
  std::function<VoiceComparison(const json::object&)> compare;
  void call(const std::string& state, const std::string& reason = "") {
    flow->from_media({{"type", "call"}, {"call", "c1"}, {"state", state}, {"caller", "0312345678"}, {"callee", "1000"}, {"at", clock.at}, {"recording", state == "inbound" ? "" : "/rec/c1.wav"}, {"agent", "1001"}, {"reason", reason}});
  }
  void says(const std::string& text, const std::string& leg = "caller") {
    at_ = static_cast<double>(clock.at - 1'000'000) / 1000.0 + 2;
    clock.at += 2000;
    flow->from_speech({{"type", "final"}, {"stream", "c1/" + leg}, {"segment", 1}, {"start", at_ - 1.5}, {"end", at_}, {"text", text}, {"confidence", 0.9}, {"engine", "test"}});
  }
  std::vector<std::string> commands() const {
    std::vector<std::string> out;
    for (const auto& m : to_media) {
      if (get_string(m, "type") == "command") out.push_back(get_string(m, "command"));
    }
    return out;
  }
  std::vector<std::string> kinds() const {
    std::vector<std::string> out;
    for (const auto& e : written) out.push_back(e.kind);
    return out;
  }
  void warning_is_over() {
    flow->from_media({{"type", "prompt"}, {"call", "c1"}, {"prompt", "warning"}, {"state", "finished"}});
  }
  int count(const std::string& type) const {
    return static_cast<int>(std::count_if(wall.begin(), wall.end(), [&](const auto& m) { return get_string(m, "type") == type; }));
  }
  void answer_last_command(bool ok) {
    const auto id = base::get_int(to_media.back(), "id");
    flow->from_media({{"type", "result"}, {"id", id}, {"ok", ok}, {"error", ok ? "" : "no"}, {"elapsed_ms", 3.0}});
  }

  std::shared_ptr<const judge::Judge> judge_;
  FakeClock clock;
  TimeZone zone;
  store::Keyring keys = store::Keyring::from_key(store::Keyring::new_key());
  std::unique_ptr<Flow> flow;
  std::vector<store::NewEntry> written;
  std::vector<json::object> to_media, to_speech, wall;
  int audio = 0;
  double at_ = 0;
};

TEST_F(FlowTest, FromCallToAlertToCase) {
  call("inbound");
  call("bridged");
  EXPECT_EQ(get_string(to_speech.back(), "stream"), "c1/agent");
  says("はい、お電話ありがとうございます", "agent");
  says("土下座して謝れ、死ね");
  EXPECT_THAT(kinds(), testing::IsSupersetOf({"utterance", "finding", "assessment", "proposal", "action", "case"}));
  EXPECT_EQ(count("alert"), 1);
  EXPECT_TRUE(commands().empty()) << "the default policy touches nobody without a person";
  const auto c = flow->live_contact("c1");
  ASSERT_TRUE(c);
  EXPECT_EQ(base::get_int(*c, "level"), 3);
  for (const auto& e : written) {
    EXPECT_EQ(json::serialize(e.facts).find("死ね"), std::string::npos) << "what was said is content, never a fact: " << e.kind;
    EXPECT_EQ(json::serialize(e.facts).find("0312345678"), std::string::npos) << e.kind;
  }
}

TEST_F(FlowTest, APersonsCutGoesToMediaAndComesBackAsDone) {
  call("bridged");
  says("殺すぞ");
  bool done = false;
  flow->act("c1", ActionKind::kDisconnect, "sato", [&](base::Result<ActionRecord> r) { done = r.has_value() && r->state == "done" && r->by == "sato"; });
  ASSERT_THAT(commands(), Contains("cut"));
  EXPECT_FALSE(done);
  answer_last_command(true);
  EXPECT_TRUE(done);
}

TEST_F(FlowTest, AnotherEngineInTheMiddleOfACallIsAnEventOfThatCall) {
  flow->from_speech({{"type", "engine"}, {"name", "sherpa-onnx:x"}, {"tier", 2}});
  call("bridged");
  EXPECT_THAT(kinds(), testing::Not(Contains("engine"))) << "a call that begins has seen no change";
  flow->from_speech({{"type", "engine"}, {"name", "built-in"}, {"tier", 1}, {"instead_of", "sherpa-onnx:x"}, {"problem", "it hangs"}});
  flow->from_speech({{"type", "engine"}, {"name", "built-in"}, {"tier", 1}, {"instead_of", "sherpa-onnx:x"}, {"problem", "it hangs"}});
  EXPECT_EQ(std::ranges::count(written, "engine", &store::NewEntry::kind), 1);
  const auto e = std::ranges::find(written, "engine", &store::NewEntry::kind);
  EXPECT_EQ(get_string(e->facts, "before"), "sherpa-onnx:x");
  EXPECT_EQ(get_string(e->facts, "engine"), "built-in");
  EXPECT_EQ(get_string(e->facts, "problem"), "it hangs");
  EXPECT_EQ(get_string(*flow->live_contact("c1"), "engine_problem"), "it hangs");
}

TEST_F(FlowTest, ASecondTranscriptIsKeptButJudgesNobody) {
  call("bridged");
  call("ended", "caller");
  const auto before = written.size();
  contact::Utterance u;
  u.start = 1;
  u.end = 2;
  u.text = "土下座しろ、殺すぞ";
  u.engine = "better";
  u.emotion = "angry";
  flow->heard_again("c1", {u, u}, "better", 1200, "");
  ASSERT_EQ(written.size(), before + 3);
  EXPECT_EQ(written[before].kind, "utterance_again");
  EXPECT_EQ(get_string(written[before].content, "text"), u.text);
  EXPECT_EQ(json::serialize(written[before].facts).find("土下座"), std::string::npos);
  EXPECT_EQ(get_string(written[before].facts, "emotion"), "angry");
  EXPECT_EQ(written[before + 2].kind, "second_pass");
  EXPECT_EQ(base::get_int(written[before + 2].facts, "utterances"), 2);
  EXPECT_EQ(base::get_int(*flow->live_contact("c1"), "level"), 0);
  ASSERT_TRUE(flow->forget("c1"));
  const auto erased = written.size();
  flow->heard_again("c1", {u}, "better", 1200, "");
  EXPECT_EQ(written.size(), erased) << "what comes after an erasure is not kept";
}

TEST_F(FlowTest, AnswersAreCountedForTheNextContactWithoutWords) {
  call("bridged");
  says("手数料を全額返金してください");
  says("恐れ入りますが、返金はできかねます", "agent");
  says("これが当社の最終的な回答です", "agent");
  says("承知いたしました", "agent");
  std::vector<std::pair<std::int64_t, bool>> answers;
  for (const auto& e : written) {
    if (e.kind != "answered") continue;
    answers.emplace_back(base::get_int(e.facts, "turn"), base::get_bool(e.facts, "final"));
    EXPECT_TRUE(e.content.empty());
  }
  EXPECT_EQ(answers, (std::vector<std::pair<std::int64_t, bool>>{{1, false}, {2, true}}));
}

TEST_F(FlowTest, WhatHadBeenBeforeCountsFromTheNextWordsOn) {
  call("bridged");
  flow->set_matter("c1", {3, {2, 1}});
  says("とにかく手数料を全額返金してください");
  EXPECT_EQ(base::get_int(*flow->live_contact("c1"), "contacts_on_matter"), 3);
  EXPECT_EQ(base::get_int(*flow->live_contact("c1"), "level"), 2);
}

TEST_F(FlowTest, RulesSeeTheHoursOfTheOrganisationWhateverTheServersClock) {
  constexpr base::UnixMillis kHalfPastMidnightUtc = 1'775'001'600'000 + 30 * 60'000;  // 2026-04-01, 09:30 in Tokyo
  const auto office_hours = policy::parse_policy(R"(version = "hours"
[[rule]]
id = "office"
level = 2
hours = ["09:00-17:00"]
days = ["wed"]
action = "warn_caller"
mode = "confirm"
)",
                                                 "hours");
  ASSERT_TRUE(office_hours) << office_hours.error().message;
  const auto fires = [&](const TimeZone& where) {
    zone = where;
    make("default.toml");
    flow->set_policy(*office_hours);
    clock.at = kHalfPastMidnightUtc;
    written.clear();
    call("bridged");
    says("お前ら全員、土下座して謝れ");
    return std::ranges::any_of(written, [](const auto& e) { return e.kind == "proposal" && base::get_string(e.facts, "rule") == "office"; });
  };
  EXPECT_TRUE(fires(*TimeZone::named("Asia/Tokyo")));
  EXPECT_FALSE(fires(*TimeZone::named("UTC"))) << "half past midnight there";
}

TEST_F(FlowTest, HowManyContactsAreManyIsWhatTheCriteriaSay) {
  call("bridged");
  const auto many = [&] { return base::get_bool(*flow->live_contact("c1"), "many_contacts"); };
  EXPECT_FALSE(many());
  flow->set_matter("c1", {3, {}});
  EXPECT_TRUE(many()) << "three, where the criteria say nothing else";
  auto criteria = flow->judge().criteria();
  criteria.thresholds.contacts_on_matter = 5;
  flow->set_judge(flow->judge().with(criteria));
  EXPECT_FALSE(many());
  flow->set_matter("c1", {5, {}});
  EXPECT_TRUE(many());
  EXPECT_TRUE(base::get_bool(flow->live(false).at(0).as_object(), "many_contacts")) << "on the wall as on the page";
}

TEST_F(FlowTest, AContactThatIsOverIsOfferedOnceForASecondOpinion) {
  std::vector<std::string> over;
  flow->contact_over = [&](const std::string& id, double, contact::Level) { over.push_back(id); };
  call("bridged");
  says("もしもし");
  call("ended", "caller");
  flow->tick();
  EXPECT_TRUE(over.empty()) << "its last words may still come";
  clock.at += 31'000;
  flow->tick();
  flow->tick();
  EXPECT_EQ(over, std::vector<std::string>{"c1"});
  const auto before = written.size();
  flow->add_late({"c1", clock.at, "second_opinion", {}, {{"quote", "もしもし"}}});
  EXPECT_EQ(written.size(), before + 1);
  ASSERT_TRUE(flow->forget("c1"));
  flow->add_late({"c1", clock.at, "second_opinion", {}, {{"quote", "もしもし"}}});
  EXPECT_EQ(written.size(), before + 1) << "what comes after an erasure is not kept";
}

TEST_F(FlowTest, AnActionThatMediaNeverAnswersIsGivenUp) {
  call("bridged");
  std::string why;
  flow->act("c1", ActionKind::kWarnCaller, "sato", [&](base::Result<ActionRecord> r) { why = r ? "done" : r.error().message; });
  call("ended", "caller");
  EXPECT_TRUE(why.empty());
  clock.at += 3000;
  flow->tick();
  EXPECT_EQ(why, "通話が先に終わりました");
}

TEST_F(FlowTest, WhatMediaRefusesIsReportedToThePerson) {
  call("bridged");
  std::string why;
  flow->act("c1", ActionKind::kWarnCaller, "sato", [&](base::Result<ActionRecord> r) { why = r ? "" : r.error().message; });
  answer_last_command(false);
  EXPECT_EQ(why, "no");
  EXPECT_EQ(base::get_int(*flow->live_contact("c1"), "warnings"), 0);
}

TEST_F(FlowTest, DistressForbidsEvenAPersonToCutAndCallsAHuman) {
  call("bridged");
  says("もう死にたいです");
  EXPECT_EQ(count("alert"), 1);
  base::ErrorCode code{};
  flow->act("c1", ActionKind::kDisconnect, "sato", [&](base::Result<ActionRecord> r) { code = r.error().code; });
  EXPECT_EQ(code, base::ErrorCode::kPermissionDenied);
  EXPECT_THAT(kinds(), Contains("refused"));
  EXPECT_TRUE(commands().empty());
}

TEST_F(FlowTest, TheDemoPolicyWarnsByItselfThenSwitchesToTheAnnouncement) {
  make("demo.toml");
  call("bridged");
  says("死ね");
  ASSERT_THAT(commands(), testing::ElementsAre("warn"));
  answer_last_command(true);
  says("土下座しろ");
  EXPECT_THAT(commands(), testing::ElementsAre("warn")) << "said before the warning was over";
  warning_is_over();
  says("うるさい、殺すぞ");
  EXPECT_THAT(commands(), Contains("announce"));
}

TEST_F(FlowTest, BlockingSendsTheWholeListOnce) {
  call("bridged");
  for (int i = 0; i < 2; ++i) flow->act("c1", ActionKind::kBlockNumber, "sato", [](auto) {});
  int lists = 0;
  for (const auto& m : to_media) lists += get_string(m, "type") == "blocklist" && !m.at("numbers").as_array().empty();
  EXPECT_EQ(lists, 1);
  const auto all = kinds();
  EXPECT_EQ(std::ranges::count(all, std::string("block")), 1);
}

TEST_F(FlowTest, AHubThatComesBackKnowsWhatWasSaidAndDone) {
  call("bridged");
  says("死ね");
  flow->act("c1", ActionKind::kWarnCaller, "sato", [](auto) {});
  answer_last_command(true);
  warning_is_over();
  std::vector<store::Entry> entries;
  for (const auto& e : written) entries.push_back({.contact = e.contact, .at = e.at, .kind = e.kind, .facts = e.facts, .content = e.content});
  store::ContactRow row;
  row.id = "c1";
  row.party = "0312345678";
  row.answered_at = clock.at;
  make("default.toml");
  flow->restore(row, entries);
  flow->from_media({{"type", "calls"}, {"calls", json::array{json::object{{"call", "c1"}, {"state", "bridged"}, {"at", clock.at}}}}});
  const auto c = flow->live_contact("c1");
  ASSERT_TRUE(c);
  EXPECT_EQ(base::get_int(*c, "level"), 3);
  EXPECT_EQ(base::get_int(*c, "warnings"), 1);
  EXPECT_EQ(c->at("transcript").as_array().size(), 1u);
  EXPECT_EQ(get_string(to_speech.back(), "stream"), "c1/agent");
}

TEST_F(FlowTest, CallsThatMediaNoLongerHasAreEnded) {
  call("bridged");
  flow->from_media({{"type", "calls"}, {"calls", json::array{}}});
  EXPECT_EQ(get_string(*flow->live_contact("c1"), "end_reason"), "lost");
  clock.at += 60'000;
  flow->tick();
  EXPECT_FALSE(flow->live_contact("c1"));
}

TEST_F(FlowTest, NonsenseFromTheRolesIsIgnored) {
  flow->from_media({{"type", "call"}});
  flow->from_media({{"type", "result"}, {"id", 99}, {"ok", true}});
  flow->from_speech({{"type", "final"}, {"stream", "nobody/caller"}, {"text", "死ね"}});
  flow->from_speech({{"type", "final"}});
  flow->from_media({{"type", "calls"}, {"calls", "x"}});
  EXPECT_TRUE(written.empty());
}

TEST_F(FlowTest, AShoutingVoiceIsShownWithItsEvidenceAndChangesNoLevel) {
  call("inbound");
  call("bridged");
  const json::array rises{json::object{{"what", "pitch"}, {"by", 6.5}, {"own", true}}};
  for (int i = 1; i <= 60; ++i) {
    flow->from_speech({{"type", "cue"}, {"stream", "c1/agent"}, {"at", i * 0.5}, {"arousal", 0.9}, {"shouting", 0.9}, {"speech", i < 40 ? (1 << 25) - 1 : 0}});
    flow->from_speech({{"type", "cue"}, {"stream", "c1/caller"}, {"at", i * 0.5}, {"arousal", 1.0}, {"shouting", 1.0}, {"speech", i > 20 ? (1 << 25) - 1 : 0}, {"rises", rises}});
  }
  const auto shown = flow->live_contact("c1");
  ASSERT_TRUE(shown);
  EXPECT_EQ(base::get_int(*shown, "level"), 0);
  EXPECT_TRUE(to_media.empty() || commands().empty());
  EXPECT_TRUE(shown->at("actions").as_array().empty());
  const auto& voice = shown->at("voice").as_object();
  EXPECT_EQ(get_string(voice.at("rises").at(0).as_object(), "what"), "pitch");
  EXPECT_EQ(base::get_int(voice, "interruptions"), 0);  // long ago by now
  bool broke_in = false;
  for (const auto& m : wall) {
    if (get_string(m, "type") != "cue") continue;
    EXPECT_EQ(get_string(m.at("cue").as_object(), "speaker"), "customer");
    broke_in = broke_in || base::get_int(m.at("cue").as_object(), "interruptions") == 1;
  }
  EXPECT_TRUE(broke_in);
  for (const auto& e : written) {
    if (e.kind == "voice") {
      EXPECT_EQ(get_string(e.facts, "speaker"), "customer");
    }
  }
}

TEST_F(FlowTest, AVoiceThatMayBeKnownIsAHintAndEveryComparisonIsWritten) {
  VoiceComparison answer{.compared = 2, .match = std::nullopt};
  voices_wanted = true;
  compare = [&](const json::object&) { return answer; };
  make("default.toml");
  call("inbound");
  call("bridged");
  bool caller_asked = false;
  for (const auto& m : to_speech) {
    if (get_string(m, "type") != "open") continue;
    if (get_string(m, "stream") == "c1/agent") {
      EXPECT_FALSE(m.contains("voiceprint"));
    }
    if (get_string(m, "stream") == "c1/caller") caller_asked = base::get_bool(m, "voiceprint");
  }
  EXPECT_TRUE(caller_asked);
  const auto print = [&](const std::string& leg) { flow->from_speech({{"type", "voiceprint"}, {"stream", "c1/" + leg}, {"model", "m"}, {"seconds", 6.0}, {"vector", json::array{1.0}}}); };
  print("agent");
  EXPECT_THAT(kinds(), testing::Not(Contains("voiceprint_compared")));
  print("caller");
  EXPECT_THAT(kinds(), Contains("voiceprint_compared"));
  EXPECT_THAT(kinds(), testing::Not(Contains("voiceprint_match")));
  answer.match = VoiceMatch{"v1", "case1", 12, 4.5, 6};
  print("caller");
  print("caller");
  EXPECT_EQ(std::ranges::count(kinds(), std::string("voiceprint_match")), 1);
  for (const auto& e : written) {
    if (e.kind == "voiceprint_match") {
      EXPECT_FALSE(e.facts.contains("number"));
    }
  }
  const auto shown = flow->live_contact("c1");
  EXPECT_EQ(base::get_int(shown->at("voice_match").as_object(), "number"), 12);
  EXPECT_EQ(base::get_int(*shown, "level"), 0);
  EXPECT_TRUE(commands().empty());
  flow->forget_voice("v1");
  EXPECT_TRUE(flow->live_contact("c1")->at("voice_match").is_null());
}

TEST_F(FlowTest, OtherCriteriaHoldFromTheNextEventOfACallThatGoesOn) {
  call("bridged");
  says("こんにちは");
  judge::Criteria criteria;
  criteria.version = "7";
  criteria.thresholds.notice_minutes = 1;
  flow->set_judge(judge_->with(criteria));
  clock.at += 61'000;
  flow->tick();
  const auto c = flow->live_contact("c1");
  ASSERT_TRUE(c);
  EXPECT_EQ(base::get_int(*c, "level"), 1);
  says("死ね");
  EXPECT_THAT(get_string(*flow->live_contact("c1"), "criteria_version"), testing::HasSubstr("7"));
}

TEST_F(FlowTest, BeyondTheHourlyLimitAPersonDecides) {
  auto limited = policy::parse_policy("version = \"t\"\n[limits]\nwarn_caller = 1\n[[rule]]\nid = \"w\"\nlevel = 3\naction = \"warn_caller\"\nmode = \"automatic\"\n", "t");
  ASSERT_TRUE(limited) << limited.error().message;
  flow->set_policy(*limited);
  flow->set_automatic({{clock.at - 3'500'000, contact::ActionKind::kWarnCaller}});
  call("bridged");
  says("殺すぞ");
  EXPECT_TRUE(commands().empty()) << "one was given by itself less than an hour ago";
  const auto proposal = std::ranges::find(written, "proposal", &store::NewEntry::kind);
  ASSERT_NE(proposal, written.end());
  EXPECT_EQ(get_string(proposal->facts, "mode"), "confirm");
  EXPECT_TRUE(base::get_bool(proposal->facts, "limited"));
}

TEST_F(FlowTest, AfterAnHourTheLimitIsOpenAgain) {
  auto limited = policy::parse_policy("version = \"t\"\n[limits]\nwarn_caller = 1\n[[rule]]\nid = \"w\"\nlevel = 3\naction = \"warn_caller\"\nmode = \"automatic\"\n", "t");
  ASSERT_TRUE(limited);
  flow->set_policy(*limited);
  flow->set_automatic({{clock.at - 3'700'000, contact::ActionKind::kWarnCaller}});
  call("bridged");
  says("殺すぞ");
  EXPECT_THAT(commands(), testing::ElementsAre("warn"));
}

TEST_F(FlowTest, ARuleOfAnotherLineDoesNotFire) {
  auto there = policy::parse_policy("version = \"t\"\n[[rule]]\nid = \"w\"\nlevel = 3\nlines = [\"2000\"]\naction = \"warn_caller\"\nmode = \"automatic\"\n", "t");
  ASSERT_TRUE(there);
  flow->set_policy(*there);
  call("bridged");  // 1000 was called
  says("殺すぞ");
  EXPECT_TRUE(commands().empty());
}

}  // namespace
}  // namespace mamori::flow
