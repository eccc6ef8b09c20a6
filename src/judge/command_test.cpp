#include "judge/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace mamori::judge {
namespace {

struct Ran {
  int status;
  std::string out;
  std::string errors;
};

Ran run(const std::string& input, bool jsonl = true) {
  static const auto judge = Judge::load(JudgeFiles::shipped(MAMORI_SOURCE_DIR));
  static const auto policy = policy::load_policy(std::string(MAMORI_SOURCE_DIR) + "/data/policy/default.toml");
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream errors;
  const int status = run_judge(in, out, errors, **judge, *policy, jsonl);
  return {status, out.str(), errors.str()};
}

TEST(JudgeCommand, WritesWhatTheDocumentSays) {
  const auto ran = run(R"({"id":7,"channel":"phone","text":"責任者を出せ、死ね"})"
                       "\n");
  EXPECT_EQ(ran.status, 0);
  const auto o = base::parse_json(ran.out)->as_object();
  EXPECT_EQ(o.at("id"), 7);
  EXPECT_EQ(base::get_int(o, "level"), 3);
  EXPECT_EQ(o.at("first_level3_turn"), 0);
  EXPECT_THAT(ran.out, testing::HasSubstr("warn_caller"));
  const std::string text = "責任者を出せ、死ね";
  for (const auto& value : o.at("findings").as_array()) {
    const auto& f = value.as_object();
    const auto begin = static_cast<std::size_t>(base::get_int(f, "begin"));
    const auto end = static_cast<std::size_t>(base::get_int(f, "end"));
    EXPECT_EQ(text.substr(begin, end - begin), base::get_string(f, "text"));
    EXPECT_FALSE(base::get_string(f, "basis").empty());
    EXPECT_TRUE(f.contains("counter_evidence"));
  }
}

TEST(JudgeCommand, BadLinesAreNamedAndTheOthersAreStillJudged) {
  const auto ran = run(
      "{\"id\":\"a\",\"text\":\"こんにちは\"}\nnot json\n{\"id\":\"b\"}\n\n{\"id\":\"c\",\"turns\":[{\"speaker\":\"x\",\"text\":\"\"}]}\n"
      "{\"id\":\"d\",\"turns\":[{\"t\":0,\"speaker\":\"customer\",\"text\":\"土下座しろ\"}]}\n{\"id\":\"e\",\"text\":5}\n[]\n");
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 2);
  for (const auto* line : {"line 2", "line 3", "line 5", "line 7", "line 8"}) EXPECT_THAT(ran.errors, testing::HasSubstr(line));
  EXPECT_THAT(ran.errors, testing::HasSubstr("turn 0"));
}

TEST(JudgeCommand, DistressHasNoForbiddenActionAndACounterNoPhoneActions) {
  const auto distressed = run(R"({"id":1,"channel":"phone","text":"もう死にたい。お前らのせいだ、殺すぞ"})");
  for (const auto* forbidden : {"disconnect", "warn_caller", "switch_to_announcement", "block_number", "handover_to_voicebot"}) {
    EXPECT_THAT(distressed.out, testing::Not(testing::HasSubstr(forbidden)));
  }
  EXPECT_THAT(distressed.out, testing::HasSubstr("notify_supervisor"));
  const auto counter = run(R"({"id":1,"channel":"counter","text":"来庁者が職員の胸ぐらをつかみ、「殺すぞ」と怒鳴った"})");
  EXPECT_THAT(counter.out, testing::Not(testing::HasSubstr("disconnect")));
  EXPECT_EQ(base::get_int(base::parse_json(counter.out)->as_object(), "level"), 4);
  EXPECT_THAT(run(R"({"id":1,"channel":"phone","text":"営業時間を教えてください"})").out, testing::HasSubstr("\"actions\":[\"none\"]"));
}

TEST(JudgeCommand, ForPeople) {
  const auto ran = run(R"({"id":"x","text":"死ね"})", false);
  EXPECT_THAT(ran.out, testing::AllOf(testing::HasSubstr("危険度 3"), testing::HasSubstr("暴言")));
}

}  // namespace
}  // namespace mamori::judge
