#include "speech/engines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "audio/wav.h"
#include "base/ids.h"
#include "base/json.h"
#include "models/command.h"
#include "net/test_support.h"
#include "speech/remote.h"
#include "speech/replies.h"
#include "speech/transcribe.h"

namespace mamori::speech {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using net::test::Connection;
using net::test::LoopbackServer;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::string root(const std::string& path) { return std::string(MAMORI_SOURCE_DIR) + "/" + path; }
std::string library() { return root("tests/engines/node_modules/sherpa-onnx-linux-x64/libsherpa-onnx-c-api.so"); }
const BuiltInOptions kBuiltIn{root("models/ctc-ja-8k"), root("data/speech/phrases.tsv")};

// ---------------------------------------------------------------------------------------------------- replies

TEST(Replies, VoskIsRead) {
  auto partial = parse_vosk(R"({"partial" : "土下座 しろ"})");
  ASSERT_TRUE(partial);
  EXPECT_FALSE(partial->final);
  EXPECT_EQ(partial->text, "土下座しろ");
  auto final = parse_vosk(R"({"result":[{"conf":0.5,"end":2.5,"start":1.5,"word":"土下座"},{"conf":1.0,"end":3,"start":2.5,"word":"しろ"}],"text":"土下座 しろ"})");
  ASSERT_TRUE(final);
  EXPECT_TRUE(final->final);
  EXPECT_DOUBLE_EQ(final->start, 1.5);
  EXPECT_DOUBLE_EQ(final->end, 3);
  EXPECT_DOUBLE_EQ(final->confidence, 0.75);
  EXPECT_EQ(parse_vosk(R"({"alternatives":[{"confidence":230.1,"text":"はい"},{"text":"灰"}]})")->text, "はい");
  EXPECT_EQ(parse_vosk(R"({"text":""})")->text, "");
  EXPECT_EQ(parse_vosk("{\"text\":\"a\\u0007\\nb\"}")->text, "a b");
  const auto wild = parse_vosk(R"({"text":"x","result":[{"conf":9,"start":-4,"end":1e300},{"start":"a"},7]})");
  ASSERT_TRUE(wild);
  EXPECT_LT(wild->start, 0);
  EXPECT_LT(wild->confidence, 0);
  for (const char* bad : {"", "[]", "{}", "{\"text\":5}", "{\"alternatives\":[5]}", "{\"partial\":null}", "nonsense"}) EXPECT_FALSE(parse_vosk(bad)) << bad;
  EXPECT_FALSE(parse_vosk("{\"text\":\"" + std::string(20'000, 'a') + "\"}"));
  EXPECT_FALSE(parse_vosk(std::string(300'000, ' ')));
}

TEST(Replies, TranscriptionsAreRead) {
  EXPECT_EQ(parse_transcription(R"({"text":" 土下座しろ"})")->text, "土下座しろ");
  const auto verbose = parse_transcription(R"({"text":"はい","segments":[{"avg_logprob":-0.2,"no_speech_prob":0.1},{"avg_logprob":-0.4,"no_speech_prob":0.9}]})");
  ASSERT_TRUE(verbose);
  EXPECT_EQ(verbose->text, "はい");
  EXPECT_NEAR(verbose->confidence, 0.744, 0.01);
  EXPECT_EQ(parse_transcription(R"({"text":"ご視聴ありがとうございました","segments":[{"avg_logprob":-1.5,"no_speech_prob":0.95}]})")->text, "") << "words a model invents in silence";
  EXPECT_THAT(parse_transcription(R"({"error":{"message":"model not found"}})").error().message, HasSubstr("model not found"));
  for (const char* bad : {"", "[]", "{}", "{\"text\":null}"}) EXPECT_FALSE(parse_transcription(bad)) << bad;
  EXPECT_EQ(error_text(R"({"detail":"no"})"), "no");
  EXPECT_EQ(error_text(R"({"error":"busy"})"), "busy");
  EXPECT_EQ(error_text("x"), "");
  EXPECT_LE(error_text("{\"error\":\"" + std::string(900, 'x') + "\"}").size(), 200U);
}

// ---------------------------------------------------------------------------------------------------- engines elsewhere

// Vosk's server as far as this side can tell: words for every second of loud sound.
void vosk(Connection& c) {
  if (!c.accept_websocket()) return;
  std::string message;
  int opcode = 0;
  std::size_t samples = 0;
  int said = 0;
  bool configured = false;
  while (c.read_message(message, opcode) && opcode != 8) {
    if (opcode == 1 && message.find("config") != std::string::npos) {
      configured = message.find("\"sample_rate\":8000") != std::string::npos;
      continue;
    }
    if (message == "{\"eof\" : 1}") {
      c.send_text(configured ? R"({"text":"おわり"})" : R"({"text":"no config"})");
      return;
    }
    samples += message.size() / 2;
    if (samples / 8000 > static_cast<std::size_t>(said)) {
      const auto at = std::to_string(said + 0.25);
      ++said;
      c.send_text(R"({"result":[{"conf":0.9,"start":)" + at + R"(,"end":)" + std::to_string(said) + R"(,"word":"はい"}],"text":"はい )" + std::to_string(said) + R"("})");
    } else {
      c.send_text(R"({"partial":"は"})");
    }
  }
}

TEST(WebSocketEngine, SpeaksVosksProtocol) {
  LoopbackServer server(vosk);
  auto engine = make_websocket_engine({.address = server.address("ws"), .timeout = 2s});
  ASSERT_TRUE(engine) << engine.error().message;
  auto session = (*engine)->open();
  ASSERT_TRUE(session) << session.error().message;
  std::vector<Event> events;
  for (int i = 0; i < 25; ++i) ASSERT_TRUE((*session)->accept(std::vector<audio::Sample>(800, 50), events));
  ASSERT_TRUE((*session)->finish(events));
  std::vector<Final> finals;
  int partials = 0;
  for (const auto& e : events) {
    if (const auto* f = std::get_if<Final>(&e)) finals.push_back(*f);
    partials += std::holds_alternative<Partial>(e) ? 1 : 0;
  }
  ASSERT_EQ(finals.size(), 3U);
  EXPECT_EQ(finals[0].text, "はい1");
  EXPECT_DOUBLE_EQ(finals[1].start, 1.25);
  EXPECT_DOUBLE_EQ(finals[1].end, 2);
  EXPECT_NEAR(finals[1].confidence, 0.9, 1e-6);
  EXPECT_EQ(finals[2].text, "おわり") << "the end of the stream gives the rest";
  EXPECT_GE(partials, 2);
  EXPECT_EQ((*engine)->info().name, "websocket:127.0.0.1");
}

TEST(WebSocketEngine, AServerThatHangsOrTalksNonsenseIsAnErrorInTime) {
  LoopbackServer hangs([](Connection& c) {
    if (!c.accept_websocket()) return;
    std::string m;
    int o = 0;
    while (c.read_message(m, o)) {
    }
  });
  LoopbackServer babbles([](Connection& c) {
    if (!c.accept_websocket()) return;
    std::string m;
    int o = 0;
    while (c.read_message(m, o)) c.send_text("<html>");
  });
  for (const auto* server : {&hangs, &babbles}) {
    auto engine = make_websocket_engine({.address = server->address("ws"), .timeout = 300ms});
    auto session = (*engine)->open();
    ASSERT_TRUE(session);
    std::vector<Event> events;
    const auto began = std::chrono::steady_clock::now();
    EXPECT_FALSE((*session)->accept(std::vector<audio::Sample>(1600, 50), events));
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1500ms);
  }
  EXPECT_FALSE((*make_websocket_engine({.address = "ws://127.0.0.1:1", .timeout = 300ms}))->open());
}

TEST(OpenAiEngine, SendsAWavAndReadsTheText) {
  std::string got;
  LoopbackServer server([&](Connection& c) {
    got = c.read_request();
    c.answer(200, R"({"task":"transcribe","text":"土下座しろ","segments":[{"avg_logprob":-0.1,"no_speech_prob":0.01}]})", "Content-Type: application/json\r\n");
  });
  auto engine = make_openai_engine({.address = server.address() + "/v1/", .model = "kotoba-whisper", .language = "ja", .api_key = "sk-secret", .timeout = 2s});
  ASSERT_TRUE(engine) << engine.error().message;
  const auto text = (*engine)->transcribe(std::vector<audio::Sample>(4000, 7));
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(text->text, "土下座しろ");
  EXPECT_NEAR(text->confidence, 0.905, 0.01);
  EXPECT_THAT(got, testing::AllOf(HasSubstr("POST /v1/audio/transcriptions HTTP/1.1"), HasSubstr("Authorization: Bearer sk-secret"), HasSubstr("name=\"model\"\r\n\r\nkotoba-whisper\r\n"),
                                  HasSubstr("name=\"language\"\r\n\r\nja\r\n"), HasSubstr("name=\"response_format\"\r\n\r\nverbose_json\r\n"), HasSubstr("filename=\"segment.wav\"")));
  // What was sent is a WAV anybody can open.
  const auto folder = fs::temp_directory_path() / ("mamori-openai-" + base::random_hex(6));
  fs::create_directories(folder);
  const auto riff = got.find("RIFF");
  ASSERT_NE(riff, std::string::npos);
  std::ofstream(folder / "s.wav", std::ios::binary) << got.substr(riff, 44 + 8000);
  const auto recording = audio::read_recording((folder / "s.wav").string());
  ASSERT_TRUE(recording) << recording.error().message;
  EXPECT_EQ(recording->rate, 8000);
  EXPECT_EQ(recording->channels[0].size(), 4000U);
  EXPECT_EQ(recording->channels[0][100], 7);
  fs::remove_all(folder);
}

TEST(OpenAiEngine, AsksPlainlyWhereVerboseIsRefusedAndSaysWhatWentWrong) {
  std::atomic<int> asked{0};
  LoopbackServer plain([&](Connection& c) {
    ++asked;
    if (c.read_request().find("verbose_json") != std::string::npos) return c.answer(400, R"({"error":{"message":"response_format"}})");
    c.answer(200, R"({"text":"はい"})");
  });
  auto engine = make_openai_engine({.address = plain.address() + "/v1", .timeout = 2s});
  EXPECT_EQ((*engine)->transcribe(std::vector<audio::Sample>(800, 1))->text, "はい");
  EXPECT_EQ((*engine)->transcribe(std::vector<audio::Sample>(800, 1))->text, "はい");
  EXPECT_EQ(asked, 3) << "remembered";
  LoopbackServer refuses([](Connection& c) {
    (void)c.read_request();
    c.answer(401, R"({"error":{"message":"bad key"}})");
  });
  const auto error = (*make_openai_engine({.address = refuses.address(), .timeout = 2s}))->transcribe(std::vector<audio::Sample>(800, 1)).error();
  EXPECT_EQ(error.code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(error.message, testing::AllOf(HasSubstr("401"), HasSubstr("bad key")));
  LoopbackServer floods([](Connection& c) {
    (void)c.read_request();
    c.answer(200, std::string(1 << 20, ' '));
  });
  EXPECT_EQ((*make_openai_engine({.address = floods.address(), .timeout = 2s}))->transcribe(std::vector<audio::Sample>(800, 1)).error().code, ErrorCode::kResourceExhausted);
  LoopbackServer hangs([](Connection& c) { (void)c.read_request(); (void)c.read_request(); });
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE((*make_openai_engine({.address = hangs.address(), .timeout = 300ms}))->transcribe(std::vector<audio::Sample>(800, 1)));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1500ms);
}

TEST(RemoteEngines, AddressesAndKeysAreChecked) {
  EXPECT_FALSE(make_websocket_engine({.address = "http://a"}));
  EXPECT_FALSE(make_openai_engine({.address = "ws://a"}));
  EXPECT_FALSE(make_openai_engine({.address = "nowhere"}));
  EXPECT_THAT(make_openai_engine({.address = "http://gpu.example", .api_key = "k"}).error().message, HasSubstr("TLS"));
  EXPECT_TRUE(make_openai_engine({.address = "https://gpu.example", .api_key = "k"}));
  EXPECT_FALSE(make_openai_engine({.address = "https://gpu.example", .api_key = "k\r\nX: y"}));
}

// ---------------------------------------------------------------------------------------------------- the configured engine

class Configured : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("mamori-engines-" + base::random_hex(6));
    fs::create_directories(folder_ / "models/tiny");
    config_.engine = "sherpa-onnx";
    config_.models_dir = (folder_ / "models").string();
    config_.engine_model = "tiny";
    config_.library = library();
  }
  void TearDown() override { fs::remove_all(folder_); }
  void model(const std::string& kind, const std::map<std::string, std::string>& files, const std::string& version = "1.13.8", const std::string& name = "tiny") {
    models::Description d;
    d.folder = (folder_ / "models" / name).string();
    fs::create_directories(d.folder);
    d.name = name;
    d.version = "1";
    d.kind = kind;
    d.engine_version = version;
    d.licence = "Apache-2.0";
    for (const auto& [role, file] : files) {
      fs::copy_file(root("src/speech/testdata/sherpa/" + file), fs::path(d.folder) / file, fs::copy_options::overwrite_existing);
      d.files.push_back(role + "=" + file);
    }
    std::ostringstream out;
    ASSERT_EQ(models::describe_model(d, out, out), 0) << out.str();
  }
  std::string problem() {
    auto engine = make_engine(config_, kBuiltIn, false);
    return engine ? (*engine)->state().problem : engine.error().message;
  }
  fs::path folder_;
  EngineConfig config_;
};

TEST_F(Configured, AnInstalledModelIsUsedAndTheBuiltInStandsBehindIt) {
  if (!fs::exists(library())) GTEST_SKIP() << library() << " is not there: scripts/setup installs it";
  model("zipformer-ctc", {{"model", "zipformer-ctc.onnx"}, {"tokens", "tokens.txt"}});
  EXPECT_TRUE(probe(config_));
  auto engine = make_engine(config_, kBuiltIn, true);
  ASSERT_TRUE(engine);
  EXPECT_EQ((*engine)->info().name, "sherpa-onnx:tiny");
  EXPECT_EQ((*engine)->info().licence, "Apache-2.0");
  // Through `transcribe`, on a real recording: its words are theirs, the phrases ours.
  std::ostringstream out;
  std::ostringstream err;
  TranscribeOptions options{{root("src/speech/testdata/threat.wav")}, "jsonl", kBuiltIn.model_dir, kBuiltIn.phrases, false, config_};
  EXPECT_EQ(run_transcribe(options, out, err), 0) << err.str();
  EXPECT_THAT(out.str(), testing::AllOf(HasSubstr("\"engine\":\"sherpa-onnx:tiny\""), HasSubstr("\"phrase\":\"殺すぞ\"")));
  model("streaming-zipformer2-ctc", {{"model", "streaming-ctc.onnx"}, {"tokens", "tokens.txt"}});
  EXPECT_TRUE(probe(config_));
  out.str("");
  EXPECT_EQ(run_transcribe(options, out, err), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\"phrase\":\"殺すぞ\""));
}

TEST_F(Configured, ADenoiserGoesBeforeASegmentEngine) {
  if (!fs::exists(library())) GTEST_SKIP() << library() << " is not there: scripts/setup installs it";
  model("sense-voice", {{"model", "sense-voice.onnx"}, {"tokens", "sense-voice-tokens.txt"}});
  model("gtcrn-denoiser", {{"model", "denoiser.onnx"}}, "1.13.8", "quieter");
  config_.denoiser = "quieter";
  EXPECT_EQ(problem(), "");
  EXPECT_TRUE(probe(config_));
  config_.denoiser = "absent";
  EXPECT_THAT(problem(), HasSubstr("absent"));
}

TEST_F(Configured, BrokenTruncatedAndWrongModelsAreRefusedWithTheReason) {
  model("zipformer-ctc", {{"model", "zipformer-ctc.onnx"}, {"tokens", "tokens.txt"}});
  const auto file = folder_ / "models/tiny/zipformer-ctc.onnx";
  fs::resize_file(file, 700);
  EXPECT_THAT(problem(), HasSubstr("zipformer-ctc.onnx is truncated: 700 bytes"));
  fs::resize_file(file, fs::file_size(root("src/speech/testdata/sherpa/zipformer-ctc.onnx")));
  EXPECT_THAT(problem(), HasSubstr("SHA-256"));
  model("zipformer-ctc", {{"model", "zipformer-ctc.onnx"}, {"tokens", "tokens.txt"}}, "1.12.0");
  EXPECT_THAT(problem(), testing::AllOf(HasSubstr("1.12.0"), HasSubstr("1.13.8")));
  config_.engine_model = "nothing";
  EXPECT_THAT(problem(), HasSubstr("nothing"));
  config_.library = "/nowhere.so";
  model("zipformer-ctc", {{"model", "zipformer-ctc.onnx"}, {"tokens", "tokens.txt"}});
  config_.engine_model = "tiny";
  EXPECT_THAT(problem(), HasSubstr("/nowhere.so"));
  auto engine = make_engine(config_, kBuiltIn, false);
  ASSERT_TRUE(engine);
  EXPECT_EQ((*engine)->info().tier, 1) << "and the built-in one does the work";
  EXPECT_EQ((*engine)->state().instead_of, "sherpa-onnx");
}

TEST_F(Configured, AModelThatEndsTheProcessEndsOnlyTheOneThatTriesIt) {
  if (!fs::exists(library())) GTEST_SKIP() << library() << " is not there: scripts/setup installs it";
  // Whole by its manifest, but no model of that kind: the library exits over it.
  model("sense-voice", {{"model", "zipformer-ctc.onnx"}, {"tokens", "tokens.txt"}});
  const auto tried = probe(config_);
  ASSERT_FALSE(tried);
  EXPECT_THAT(tried.error().message, HasSubstr("ends its process"));
  model("zipformer-ctc", {{"model", "nemo-tokens.txt"}, {"tokens", "tokens.txt"}});
  EXPECT_FALSE(probe(config_));
}

TEST_F(Configured, AKeyIsReadFromAFileOnlyItsOwnerCanRead) {
  config_.engine = "openai";
  config_.address = "https://gpu.example/v1";
  const auto key = folder_ / "key";
  config_.api_key_file = key.string();
  EXPECT_THAT(problem(), HasSubstr("is not there"));
  std::ofstream(key) << "sk-secret\n";
  ::chmod(key.c_str(), 0644);
  EXPECT_THAT(problem(), HasSubstr("chmod 600"));
  ::chmod(key.c_str(), 0600);
  EXPECT_EQ(problem(), "");
  EXPECT_EQ(config_.fingerprint().find("secret"), std::string::npos);
  std::ofstream(key) << "\n";
  EXPECT_THAT(problem(), HasSubstr("no key"));
  config_.engine = "telepathy";
  EXPECT_THAT(problem(), HasSubstr("telepathy"));
}

TEST_F(Configured, AServerThatGoesAwayInACallIsReplaced) {
  auto server = std::make_unique<LoopbackServer>(vosk);
  config_ = {};
  config_.engine = "websocket";
  config_.address = server->address("ws");
  config_.patience_ms = 1500;
  auto engine = make_engine(config_, kBuiltIn, false);
  ASSERT_TRUE(engine);
  auto stream = (*engine)->open();
  const auto clip = audio::read_recording(root("src/speech/testdata/threat.wav"));
  ASSERT_TRUE(clip);
  const auto& pcm = clip->channels[0];
  std::vector<Event> events;
  for (std::size_t at = 0; at < pcm.size(); at += 800) {
    if (at > pcm.size() / 2) server.reset();
    stream->accept(std::span(pcm).subspan(at, std::min<std::size_t>(800, pcm.size() - at)), events);
    std::this_thread::sleep_for(10ms);
  }
  stream->finish(events);
  EXPECT_EQ((*engine)->info().tier, 1);
  std::string theirs;
  std::string ours;
  for (const auto& e : events) {
    if (const auto* f = std::get_if<Final>(&e)) (f->engine.starts_with("websocket") ? theirs : ours) += f->text;
  }
  EXPECT_THAT(theirs, HasSubstr("はい1"));
  EXPECT_THAT(ours, HasSubstr("殺")) << "the last words were written by the built-in engine";
}

TEST(CrashMarkTest, IsBelievedOnceAndOnlyForTheSameEngine) {
  const auto path = (fs::temp_directory_path() / ("mamori-mark-" + base::random_hex(6))).string();
  const CrashMark mark(path);
  EXPECT_FALSE(mark.crashed_last_time("a"));
  mark.set("a");
  EXPECT_TRUE(mark.crashed_last_time("a"));
  EXPECT_FALSE(mark.crashed_last_time("a")) << "then it is tried again";
  mark.set("a");
  EXPECT_FALSE(mark.crashed_last_time("b")) << "another engine is not to blame";
  mark.set("a");
  mark.clear();
  EXPECT_FALSE(mark.crashed_last_time("a"));
  std::ofstream(path) << "another-boot\na\n";
  EXPECT_FALSE(mark.crashed_last_time("a")) << "a power cut is no crash of an engine";
}

}  // namespace
}  // namespace mamori::speech
