// The configuration of engines, and the transcript of the second pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "app/config.h"
#include "app/second_pass.h"
#include "base/ids.h"

namespace mamori::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

base::Result<Config> read(const std::string& text) {
  const auto path = fs::temp_directory_path() / ("mamori-config-" + base::random_hex(6) + ".toml");
  std::ofstream(path) << text;
  auto config = load_config(path.string());
  fs::remove(path);
  return config;
}

TEST(EngineConfiguration, BothEnginesAreReadAndBuiltInIsTheDefault) {
  auto plain = read("");
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->engine.engine, "built-in");
  EXPECT_EQ(plain->second_pass.engine, "");
  EXPECT_THAT(plain->engine.models_dir, testing::EndsWith("/var/models"));
  auto both = read("[data]\ndir = \"/srv/m\"\n[speech]\nengine = \"sherpa-onnx\"\nlibrary = \"/l.so\"\nengine_model = \"x\"\npatience_ms = 900\n[second_pass]\nengine = \"openai\"\naddress = \"https://h/v1\"\nremote_model = \"w\"\n");
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_EQ(both->engine.engine_model, "x");
  EXPECT_EQ(both->engine.patience_ms, 900);
  EXPECT_EQ(both->engine.models_dir, "/srv/m/models");
  EXPECT_EQ(both->second_pass.address, "https://h/v1");
  EXPECT_EQ(both->second_pass.patience_ms, 60'000);
}

TEST(EngineConfiguration, WhatIsMissingOrMisspeltIsNamed) {
  EXPECT_THAT(read("[speech]\nengine = \"sherpa-onnx\"\n").error().message, HasSubstr("speech.library"));
  EXPECT_THAT(read("[speech]\nengine = \"sherpa-onnx\"\nlibrary = \"/l\"\n").error().message, HasSubstr("speech.engine_model"));
  EXPECT_THAT(read("[second_pass]\nengine = \"websocket\"\n").error().message, HasSubstr("second_pass.address"));
  EXPECT_THAT(read("[speech]\nengine = \"whisper\"\n").error().message, HasSubstr("speech.engine must be"));
  EXPECT_THAT(read("[speech]\nengin = \"x\"\n").error().message, HasSubstr("line 2"));
  EXPECT_THAT(read("[speech]\npatience_ms = 1\n").error().message, HasSubstr("300"));
}

TEST(TimeZoneConfiguration, IsJapansUnlessAnotherIsSetAndMustBeThere) {
  EXPECT_EQ(read("")->time_zone, "Asia/Tokyo");
  EXPECT_EQ(read("[organisation]\ntime_zone = \"Asia/Seoul\"\n")->time_zone, "Asia/Seoul");
  const auto wrong = read("[organisation]\ntime_zone = \"Asia/Edo\"\n");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("organisation.time_zone"), std::string::npos) << wrong.error().message;
  EXPECT_NE(wrong.error().message.find("Asia/Edo"), std::string::npos) << wrong.error().message;
}

TEST(SecondOpinionConfiguration, IsOffUnlessAnAddressIsGiven) {
  EXPECT_EQ(read("")->second_opinion.address, "");
  const auto set = read("[second_opinion]\naddress = \"http://127.0.0.1:8000/v1\"\nmodel = \"m\"\nsuspicion_from = 0.4\nmost_per_hour = 5\n");
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->second_opinion.doubt.from, 0.4);
  EXPECT_EQ(set->second_opinion.doubt.to, 0.75);
  EXPECT_EQ(set->second_opinion.most_per_hour, 5);
  EXPECT_THAT(read("[second_opinion]\nsuspicion_from = 0.9\n").error().message, HasSubstr("second_opinion.suspicion_from"));
  EXPECT_THAT(read("[second_opinion]\nadress = \"x\"\n").error().message, HasSubstr("line 2"));
}

TEST(SecondPassTranscript, IsReadLineByLine) {
  auto heard = read_transcript("{\"start\":1,\"end\":2,\"channel\":\"agent\",\"text\":\"はい\",\"confidence\":0.5,\"engine\":\"e\"}\n{\"start\":1,\"phrase\":\"x\"}\n\n{\"start\":3,\"end\":4,\"channel\":\"caller\",\"text\":\"いいえ\",\"engine\":\"e\",\"emotion\":\"angry\"}\n");
  ASSERT_TRUE(heard);
  ASSERT_EQ(heard->size(), 2U);
  EXPECT_EQ(heard->at(0).speaker, contact::Speaker::kAgent);
  EXPECT_EQ(heard->at(1).turn, 1);
  EXPECT_EQ(heard->at(1).emotion, "angry");
  EXPECT_FALSE(read_transcript("Segmentation fault\n"));
  EXPECT_TRUE(read_transcript("")->empty());
}

class SecondPassProcess : public testing::Test {
 protected:
  SecondPassResult run(const std::string& script, int limit_s = 20) {
    std::mutex mutex;
    std::condition_variable came;
    std::optional<SecondPassResult> result;
    SecondPass pass({{"/bin/sh", "-c", script, "sh"}, "/dev/null", limit_s}, [&](SecondPassResult r) {
      const std::lock_guard lock(mutex);
      result = std::move(r);
      came.notify_all();
    });
    pass.add("c1", "/rec/c1.wav");
    std::unique_lock lock(mutex);
    came.wait_for(lock, std::chrono::seconds(30), [&] { return result.has_value(); });
    return result.value_or(SecondPassResult{});
  }
};

TEST_F(SecondPassProcess, WhatTheChildWritesIsTheTranscript) {
  const auto r = run(R"(echo "{\"start\":1,\"end\":2,\"channel\":\"caller\",\"text\":\"$1\",\"engine\":\"e\"}")");
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.contact, "c1");
  EXPECT_EQ(r.engine, "e");
  ASSERT_EQ(r.utterances.size(), 1U);
  EXPECT_EQ(r.utterances[0].text, "/rec/c1.wav");
}

TEST_F(SecondPassProcess, ACrashATimeoutOrNonsenseIsAnErrorAndNoMore) {
  EXPECT_THAT(run("kill -SEGV $$").error, HasSubstr("signal 11"));
  EXPECT_THAT(run("exit 1").error, HasSubstr("status 1"));
  EXPECT_THAT(run("echo hello").error, HasSubstr("no transcript"));
  EXPECT_THAT(run("sleep 60", 1).error, HasSubstr("longer than 1 s"));
  EXPECT_THAT(run("yes '{\"text\":\"x\"}'").error, HasSubstr("more than a transcript"));
}

}  // namespace
}  // namespace mamori::app
