// The adapter against the real library (npm package sherpa-onnx-linux-x64, put into tests/engines by scripts/setup) with
// tiny models of our own (ml/tiny_onnx.py): a low tone is "は", a high tone is "い".
#include "speech/sherpa.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <numbers>
#include <numeric>

#include "audio/wav.h"
#include "speech/sherpa_api.h"

namespace mamori::speech {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string root(const std::string& path) { return std::string(MAMORI_SOURCE_DIR) + "/" + path; }
std::string tiny(const std::string& file) { return root("src/speech/testdata/sherpa/") + file; }

std::string library_path() {
  if (const char* set = std::getenv("MAMORI_SHERPA_ONNX"); set != nullptr) return set;
  return root("tests/engines/node_modules/sherpa-onnx-linux-x64/libsherpa-onnx-c-api.so");
}

std::vector<audio::Sample> tone(double hz, double seconds, double level = 0.3) {
  std::vector<audio::Sample> out(static_cast<std::size_t>(seconds * 8000));
  // Faded in and out: a click is in every mel band.
  const double fade = 400;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double edge = std::min({1.0, static_cast<double>(i) / fade, static_cast<double>(out.size() - i) / fade});
    out[i] = static_cast<audio::Sample>(edge * edge * level * 32767 * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / 8000));
  }
  return out;
}
std::vector<audio::Sample> operator+(std::vector<audio::Sample> a, const std::vector<audio::Sample>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
std::vector<audio::Sample> quiet(double seconds) { return std::vector<audio::Sample>(static_cast<std::size_t>(seconds * 8000), 0); }
// Tones a mel filter at 80 Hz..8 kHz hears in its lower and its upper half.
std::vector<audio::Sample> ha(double seconds = 0.5, double level = 0.3) {
  auto out = tone(300, seconds, level / 3);
  for (const double hz : {150.0, 450.0, 600.0, 800.0, 1000.0}) {
    const auto more = tone(hz, seconds, level / 3);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<audio::Sample>(out[i] + more[i]);
  }
  return out;
}
std::vector<audio::Sample> i(double seconds = 0.5) {
  auto out = tone(2500, seconds, 0.1);
  for (const double hz : {2100.0, 2300.0, 2700.0, 2900.0, 3100.0, 3300.0, 3500.0}) {
    const auto more = tone(hz, seconds, 0.1);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = static_cast<audio::Sample>(out[k] + more[k]);
  }
  return out;
}

class Sherpa : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(library_path())) GTEST_SKIP() << library_path() << " is not there: scripts/setup installs it";
    auto loaded = load_sherpa(library_path());
    ASSERT_TRUE(loaded) << loaded.error().message;
    library_ = *loaded;
  }
  static SherpaModel model(const std::string& kind, const std::string& file, const std::string& words = "tokens.txt") {
    SherpaModel m;
    m.kind = kind;
    m.name = "tiny";
    m.licence = "Apache-2.0";
    if (kind.find("transducer") != std::string::npos) {
      m.encoder = tiny(file);
      m.decoder = tiny("decoder.onnx");
      m.joiner = tiny("joiner.onnx");
    } else {
      m.model = tiny(file);
    }
    m.tokens = tiny(words);
    return m;
  }
  std::string segment(const SherpaModel& m, const std::vector<audio::Sample>& pcm) {
    auto engine = make_sherpa_segments(library_, m);
    if (!engine) return engine.error().message;
    auto text = (*engine)->transcribe(pcm);
    return text ? text->text : text.error().message;
  }
  std::shared_ptr<const SherpaLibrary> library_;
};

// What the library prints about a configuration it was given, from a process of its own.
template <class Config>
std::string printed(const char* symbol, const Config& config) {
  int ends[2];
  if (pipe(ends) != 0) return "";
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    void* handle = dlopen(library_path().c_str(), RTLD_NOW | RTLD_LOCAL);
    const auto create = reinterpret_cast<const void* (*)(const Config*)>(dlsym(handle, symbol));
    if (create != nullptr) (void)create(&config);
    _exit(0);
  }
  close(ends[1]);
  std::string out;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return out;
}

TEST_F(Sherpa, TheStreamingStructureIsTheLibrarysOwn) {
  sherpa::OnlineRecognizerConfig g;
  std::memset(&g, 0, sizeof g);
  g.feat_config = {8001, 81};
  auto& m = g.model_config;
  m.transducer = {"t1", "t2", "t3"};
  m.paraformer = {"p1", "p2"};
  m.zipformer2_ctc = {"z2"};
  m.tokens = "TOK";
  m.num_threads = 3;
  m.provider = "PROV";
  m.debug = 1;
  m.model_type = "MT";
  m.modeling_unit = "MU";
  m.bpe_vocab = "BPE";
  m.nemo_ctc = {"nemo"};
  m.t_one_ctc = {"tone"};
  g.decoding_method = "DM";
  g.max_active_paths = 5;
  g.enable_endpoint = 1;
  g.rule1_min_trailing_silence = 1.5F;
  g.rule2_min_trailing_silence = 2.5F;
  g.rule3_min_utterance_length = 3.5F;
  g.hotwords_file = "HF";
  g.hotwords_score = 4.5F;
  g.ctc_fst_decoder_config = {"GR", 77};
  g.rule_fsts = "RF";
  g.rule_fars = "RA";
  g.blank_penalty = 5.5F;
  g.hr = {"D", "LEX", "RFST"};
  const auto text = printed("SherpaOnnxCreateOnlineRecognizer", g);
  for (const char* want : {"sampling_rate=8001", "feature_dim=81", "encoder=\"t1\", decoder=\"t2\", joiner=\"t3\"", "encoder=\"p1\", decoder=\"p2\"", "model=\"z2\"", "model=\"nemo\"", "model=\"tone\"", "tokens=\"TOK\"",
                           "num_threads=3", "provider=\"PROV\"", "model_type=\"MT\"", "modeling_unit=\"MU\"", "bpe_vocab=\"BPE\"", "min_trailing_silence=1.5", "min_trailing_silence=2.5", "min_utterance_length=3.5",
                           "graph=\"GR\", max_active=77", "enable_endpoint=True", "max_active_paths=5", "hotwords_score=4.5", "hotwords_file=\"HF\"", "decoding_method=\"DM\"", "blank_penalty=5.5", "rule_fsts=\"RF\", rule_fars=\"RA\"",
                           "lexicon=\"LEX\", rule_fsts=\"RFST\""})
    EXPECT_THAT(text, HasSubstr(want));
}

TEST_F(Sherpa, TheSegmentStructureIsTheLibrarysOwn) {
  sherpa::OfflineRecognizerConfig g;
  std::memset(&g, 0, sizeof g);
  g.feat_config = {8001, 81};
  auto& m = g.model_config;
  m.transducer = {"t1", "t2", "t3"};
  m.nemo_ctc = {"nemo"};
  m.whisper = {"w1", "w2", "wl", "wt", 11, 1, 1};
  m.tokens = "TOK";
  m.num_threads = 3;
  m.debug = 1;
  m.provider = "PROV";
  m.telespeech_ctc = "TELE";
  m.sense_voice = {"sv", "ja", 1};
  m.zipformer_ctc = {"zctc"};
  m.canary = {"c1", "c2", "c3", "c4", 1};
  m.funasr_nano = {"f1", "f2", "f3", "f4", "f5", "f6", 21, 0.5F, 0.6F, 22, "fl", 1, "fh"};
  m.qwen3_asr = {"q1", "q2", "q3", "q4", 31, 32, 0.7F, 0.8F, 33, "qh"};
  m.cohere_transcribe = {"co1", "co2", "co3", 1, 1};
  g.lm_config = {"LM", 1.25F};
  g.decoding_method = "DM";
  g.max_active_paths = 5;
  g.hotwords_file = "HF";
  g.hotwords_score = 4.5F;
  g.rule_fsts = "RF";
  g.rule_fars = "RA";
  g.blank_penalty = 5.5F;
  g.hr = {"D", "LEX", "RFST"};
  const auto text = printed("SherpaOnnxCreateOfflineRecognizer", g);
  for (const char* want : {"encoder_filename=\"t1\"", "model=\"nemo\"", "task=\"wt\", tail_paddings=11", "tokens=\"TOK\", num_threads=3", "provider=\"PROV\"", "telespeech_ctc=\"TELE\"", "model=\"sv\", language=\"ja\", use_itn=True",
                           "OfflineZipformerCtcModelConfig(model=\"zctc\")", "tgt_lang=\"c4\", use_pnc=True", "max_new_tokens=21, temperature=0.5, top_p=0.6, seed=22, language=\"fl\", itn=True, hotwords=\"fh\"",
                           "hotwords=\"qh\", max_total_len=31", "language=\"co3\", use_punct=True, use_itn=True", "OfflineLMConfig(model=\"LM\", scale=1.25", "decoding_method=\"DM\", max_active_paths=5, hotwords_file=\"HF\", hotwords_score=4.5, blank_penalty=5.5",
                           "rule_fsts=\"RF\", rule_fars=\"RA\"", "lexicon=\"LEX\""})
    EXPECT_THAT(text, HasSubstr(want));
}

TEST_F(Sherpa, TheSmallStructuresAreTheLibrarysOwn) {
  sherpa::VadModelConfig vad;
  std::memset(&vad, 0, sizeof vad);
  vad.silero_vad = {"/nowhere/silero", 0.25F, 0.35F, 0.45F, 512, 9.5F};
  vad.sample_rate = 16000;
  vad.num_threads = 3;
  vad.provider = "PROV";
  vad.debug = 1;
  EXPECT_THAT(printed("SherpaOnnxCreateVoiceActivityDetector", vad), testing::AllOf(HasSubstr("/nowhere/silero"), HasSubstr("0.25"), HasSubstr("0.35"), HasSubstr("0.45"), HasSubstr("512"), HasSubstr("9.5"), HasSubstr("PROV")));
  sherpa::SpeakerEmbeddingExtractorConfig speaker{"/nowhere/speaker", 3, 1, "PROV"};
  EXPECT_THAT(printed("SherpaOnnxCreateSpeakerEmbeddingExtractor", speaker), testing::AllOf(HasSubstr("/nowhere/speaker"), HasSubstr("num_threads=3"), HasSubstr("PROV")));
  sherpa::SpeechDenoiserConfig denoiser{{"/nowhere/gtcrn"}, 3, 1, "PROV", {"/nowhere/dpdf", 6.5F}};
  EXPECT_THAT(printed("SherpaOnnxCreateOfflineSpeechDenoiser", denoiser), testing::AllOf(HasSubstr("/nowhere/gtcrn"), HasSubstr("num_threads=3"), HasSubstr("PROV"), HasSubstr("/nowhere/dpdf"), HasSubstr("6.5")));
}

TEST_F(Sherpa, EveryKindOfSegmentModelHearsWhatIsThere) {
  const auto sound = quiet(0.3) + ha() + i() + quiet(0.3);
  EXPECT_EQ(segment(model("zipformer-ctc", "zipformer-ctc.onnx"), sound), "はい");
  EXPECT_EQ(segment(model("transducer", "encoder.onnx"), sound), "はい");
  EXPECT_EQ(segment(model("sense-voice", "sense-voice.onnx", "sense-voice-tokens.txt"), sound), "はい");
  const auto nemo = segment(model("nemo-ctc", "nemo-ctc.onnx", "nemo-tokens.txt"), sound);
  EXPECT_THAT(nemo, testing::AnyOf(HasSubstr("は"), HasSubstr("い"))) << "NeMo features have another level";
  for (const auto* kind : {"zipformer-ctc", "transducer"}) EXPECT_EQ(segment(model(kind, std::string(kind) == "transducer" ? "encoder.onnx" : "zipformer-ctc.onnx"), quiet(1)), "") << kind;
  EXPECT_EQ(segment(model("zipformer-ctc", "zipformer-ctc.onnx"), quiet(0.01)), "") << "too short is nothing, not an abort";
}

TEST_F(Sherpa, SenseVoiceSaysHowItIsSaid) {
  auto engine = make_sherpa_segments(library_, model("sense-voice", "sense-voice.onnx", "sense-voice-tokens.txt"));
  ASSERT_TRUE(engine) << engine.error().message;
  const auto loud = (*engine)->transcribe(ha(1.0, 0.9));
  ASSERT_TRUE(loud);
  EXPECT_EQ(loud->emotion, "angry");
  const auto soft = (*engine)->transcribe(quiet(0.4) + ha(0.2, 0.01) + quiet(0.4));
  ASSERT_TRUE(soft);
  EXPECT_EQ(soft->emotion, "") << "neutral is no cue";
  EXPECT_EQ((*engine)->info().name, "sherpa-onnx:tiny");
  EXPECT_EQ((*engine)->info().tier, 2);
}

TEST_F(Sherpa, StreamingKindsHearWhileTheCallerSpeaks) {
  for (const auto& m : {model("streaming-zipformer2-ctc", "streaming-ctc.onnx"), model("streaming-transducer", "streaming-encoder.onnx")}) {
    auto engine = make_sherpa_streaming(library_, m);
    ASSERT_TRUE(engine) << m.kind << ": " << engine.error().message;
    auto session = (*engine)->open();
    ASSERT_TRUE(session);
    const auto sound = quiet(1) + ha() + i() + quiet(3) + ha() + i() + quiet(0.2);
    std::vector<Event> events;
    for (std::size_t at = 0; at < sound.size(); at += 800) {
      ASSERT_TRUE((*session)->accept(std::span(sound).subspan(at, std::min<std::size_t>(800, sound.size() - at)), events));
    }
    int partials = 0;
    for (const auto& e : events) partials += std::holds_alternative<Partial>(e) ? 1 : 0;
    EXPECT_GE(partials, 3) << m.kind;
    ASSERT_TRUE((*session)->finish(events));
    std::vector<Final> finals;
    for (const auto& e : events) {
      if (const auto* f = std::get_if<Final>(&e)) finals.push_back(*f);
    }
    ASSERT_EQ(finals.size(), 2U) << m.kind;
    EXPECT_EQ(finals[0].text, "はい") << m.kind;
    EXPECT_EQ(finals[1].text, "はい") << m.kind;
    EXPECT_NEAR(finals[0].start, 1.0, 0.35) << m.kind;
    EXPECT_NEAR(finals[1].start, 5.0, 0.6) << m.kind;
    EXPECT_LE(finals[0].end, finals[1].start) << m.kind;
    EXPECT_EQ(finals[1].segment, 1);
    for (const auto& f : finals) {
      EXPECT_GE(f.confidence, 0);
      EXPECT_LE(f.confidence, 1);
      EXPECT_EQ(f.engine, "sherpa-onnx:tiny");
    }
  }
}

TEST_F(Sherpa, SpeakersAreVectorsThatDiffer) {
  auto speaker = SherpaSpeaker::open(library_, tiny("speaker.onnx"));
  ASSERT_TRUE(speaker) << speaker.error().message;
  EXPECT_EQ((*speaker)->dimension(), 8);
  const auto cosine = [](const std::vector<float>& a, const std::vector<float>& b) {
    const auto dot = [](const auto& x, const auto& y) { return std::inner_product(x.begin(), x.end(), y.begin(), 0.0); };
    return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
  };
  const auto low = (*speaker)->embed(ha(1));
  const auto low_again = (*speaker)->embed(ha(1.3));
  const auto high = (*speaker)->embed(i(1));
  ASSERT_TRUE(low && low_again && high);
  EXPECT_EQ(low->size(), 8U);
  EXPECT_GT(cosine(*low, *low_again), 0.99);
  EXPECT_LT(cosine(*low, *high), cosine(*low, *low_again) - 0.005);
  EXPECT_FALSE((*speaker)->embed({}));
}

TEST_F(Sherpa, TheDenoiserGivesBackAsMuchAsCameIn) {
  auto denoiser = SherpaDenoiser::open(library_, tiny("denoiser.onnx"));
  ASSERT_TRUE(denoiser) << denoiser.error().message;
  const auto sound = tone(440, 1.0, 0.4);
  const auto clean = (*denoiser)->clean(sound);
  ASSERT_TRUE(clean) << clean.error().message;
  ASSERT_EQ(clean->size(), sound.size());
  // The tiny model halves everything.
  EXPECT_NEAR(audio::measure(std::span(*clean).subspan(2000, 4000)).rms_db, audio::measure(std::span(sound).subspan(2000, 4000)).rms_db - 6.02, 0.5);
  EXPECT_TRUE((*denoiser)->clean({})->empty());
  auto engine = make_sherpa_segments(library_, model("zipformer-ctc", "zipformer-ctc.onnx"), {}, std::shared_ptr<const SherpaDenoiser>(std::move(*denoiser)));
  ASSERT_TRUE(engine);
  EXPECT_EQ((*engine)->transcribe(quiet(0.3) + ha() + i() + quiet(0.3))->text, "はい");
}

TEST_F(Sherpa, SileroFindsSpeechInARecording) {
  // Not ours to ship: whoever has it says where.
  const char* set = std::getenv("MAMORI_SILERO_VAD");
  const std::string path = set != nullptr ? set : root("tests/engines/silero_vad.onnx");
  if (!fs::exists(path)) GTEST_SKIP() << "no silero_vad.onnx: put one into tests/engines or set MAMORI_SILERO_VAD";
  auto vad = SherpaVad::open(library_, path);
  ASSERT_TRUE(vad) << vad.error().message;
  const auto clip = audio::read_recording(root("src/speech/testdata/threat.wav"));
  ASSERT_TRUE(clip);
  auto sound = quiet(1.5);
  sound.insert(sound.end(), clip->channels[0].begin(), clip->channels[0].end());
  const auto found = (*vad)->find(sound + quiet(1.5));
  ASSERT_FALSE(found.empty());
  EXPECT_GT(found.front().start, 1.2);
  EXPECT_LT(found.front().start, 2.5);
  EXPECT_LT(found.back().end, static_cast<double>(sound.size()) / 8000 + 0.5);
  EXPECT_TRUE((*vad)->find(quiet(3)).empty());
  auto engine = make_sherpa_segments(library_, model("zipformer-ctc", "zipformer-ctc.onnx"), std::shared_ptr<const SherpaVad>(std::move(*vad)));
  ASSERT_TRUE(engine);
  EXPECT_EQ((*engine)->transcribe(ha(1))->text, "") << "a tone is no voice: it is not transcribed";
}

TEST_F(Sherpa, WhatDoesNotFitIsRefusedByName) {
  auto m = model("zipformer-ctc", "zipformer-ctc.onnx");
  m.tokens = "/nowhere/tokens.txt";
  EXPECT_THAT(make_sherpa_segments(library_, m).error().message, testing::AllOf(HasSubstr("tokens"), HasSubstr("/nowhere/tokens.txt")));
  m.kind = "telepathy";
  EXPECT_THAT(make_sherpa_segments(library_, m).error().message, HasSubstr("telepathy"));
  EXPECT_THAT(make_sherpa_streaming(library_, m).error().message, HasSubstr("telepathy"));
  EXPECT_THAT(SherpaVad::open(library_, "/nowhere").error().message, HasSubstr("/nowhere"));
  EXPECT_THAT(SherpaSpeaker::open(library_, "/nowhere").error().message, HasSubstr("/nowhere"));
  EXPECT_THAT(SherpaDenoiser::open(library_, "/nowhere").error().message, HasSubstr("/nowhere"));
}

TEST(SherpaLoading, OnlyTheRightLibraryOfTheRightVersion) {
  EXPECT_THAT(load_sherpa("").error().message, HasSubstr("not set"));
  EXPECT_THAT(load_sherpa("/nowhere.so").error().message, HasSubstr("/nowhere.so"));
  EXPECT_THAT(load_sherpa(root("README.md")).error().message, HasSubstr("README.md"));
  for (const auto* other : {"/lib/x86_64-linux-gnu/libm.so.6", "/usr/lib/x86_64-linux-gnu/libm.so.6"}) {
    if (fs::exists(other)) {
      EXPECT_THAT(load_sherpa(other).error().message, HasSubstr("not the C library of sherpa-onnx"));
    }
  }
  EXPECT_THAT(load_sherpa(MAMORI_OTHER_SHERPA).error().message, testing::AllOf(HasSubstr("1.13.9 is not supported"), HasSubstr("1.13.8")));
}

TEST(SherpaText, JapaneseHasNoSpaces) {
  EXPECT_EQ(without_japanese_spaces("土下座 しろ OK です"), "土下座しろOKです");
  EXPECT_EQ(without_japanese_spaces(" thank  you very much "), "thank you very much");
  EXPECT_EQ(without_japanese_spaces(""), "");
}

}  // namespace
}  // namespace mamori::speech
