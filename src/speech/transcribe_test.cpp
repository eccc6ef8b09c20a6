#include "speech/transcribe.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <random>
#include <sstream>

#include "audio/resample.h"
#include "audio/wav.h"
#include "speech/built_in.h"

namespace mamori::speech {
namespace {

namespace fs = std::filesystem;

std::string root(const std::string& path) { return std::string(MAMORI_SOURCE_DIR) + "/" + path; }

class Transcribe : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::temp_directory_path() / ("mamori-transcribe-" + std::to_string(::getpid()));
    fs::create_directories(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }
  int run(std::vector<std::string> files, const std::string& format = "jsonl") {
    out_.str("");
    err_.str("");
    return run_transcribe({std::move(files), format, root("models/ctc-ja-8k"), root("data/speech/phrases.tsv")}, out_,
                          err_);
  }
  [[nodiscard]] std::vector<base::json::object> lines() const {
    std::vector<base::json::object> all;
    std::istringstream in(out_.str());
    for (std::string line; std::getline(in, line);) {
      const auto v = base::parse_json(line);
      EXPECT_TRUE(v) << line;
      if (v) all.push_back(v->as_object());
    }
    return all;
  }
  std::string save(const char* name, const audio::Recording& r) {
    const auto path = (dir_ / name).string();
    EXPECT_TRUE(audio::write_wav(path, r));
    return path;
  }
  static std::vector<audio::Sample> clip(const char* name) {
    return audio::read_recording(root(std::string("src/speech/testdata/") + name))->channels[0];
  }
  fs::path dir_;
  std::ostringstream out_, err_;
};

TEST_F(Transcribe, PrintsSegmentsAndPhrasesAsJsonLines) {
  EXPECT_EQ(run({root("src/speech/testdata/threat.wav")}), 0) << err_.str();
  bool segment = false;
  bool phrase = false;
  for (const auto& o : lines()) {
    EXPECT_LT(base::get_double(o, "start"), base::get_double(o, "end"));
    EXPECT_EQ(base::get_string(o, "channel"), "mono");
    if (o.contains("text")) {
      segment = true;
      for (const char* key : {"phonemes", "confidence", "engine"}) EXPECT_TRUE(o.contains(key)) << key;
    } else {
      phrase = true;
      for (const char* key : {"phrase", "category", "score"}) EXPECT_TRUE(o.contains(key)) << key;
    }
  }
  EXPECT_TRUE(segment);
  EXPECT_TRUE(phrase);
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Transcribe, LeftIsTheCallerRightTheAgent) {
  auto threat = clip("threat.wav");
  auto inquiry = clip("inquiry.wav");
  const auto n = std::max(threat.size(), inquiry.size());
  threat.resize(n);
  inquiry.resize(n);
  ASSERT_EQ(run({save("s.wav", {8000, {threat, inquiry}, false})}), 0) << err_.str();
  double last = 0;
  bool agent = false;
  for (const auto& o : lines()) {
    EXPECT_GE(base::get_double(o, "start"), last);
    last = base::get_double(o, "start");
    if (o.contains("phrase")) {
      EXPECT_EQ(base::get_string(o, "channel"), "caller");
    }
    agent = agent || base::get_string(o, "channel") == "agent";
  }
  EXPECT_TRUE(agent);
}

TEST_F(Transcribe, BadFilesAreNamedAndTheRestGoesOn) {
  const auto text = (dir_ / "text.wav").string();
  std::ofstream(text) << "hello, I am not sound";
  const auto silent = save("silent.wav", {8000, {std::vector<audio::Sample>(16000, 0)}, false});
  const auto empty = save("empty.wav", {8000, {{}}, false});
  const auto rate = save("rate.wav", {22050, {std::vector<audio::Sample>(22050, 100)}, false});
  const auto cut = save("cut.wav", {8000, {clip("threat.wav")}, false});
  fs::resize_file(cut, fs::file_size(cut) - 8000);
  EXPECT_EQ(run({"/nowhere.wav", text, silent, empty, rate, cut, root("src/speech/testdata/inquiry.wav")}), 2);
  const std::string said = err_.str();
  for (const auto* reason : {"/nowhere.wav: no such file", "text.wav: not a sound file", "silent.wav: silent",
                             "empty.wav: zero length", "rate.wav: sample rate 22050", "cut.wav: truncated"}) {
    EXPECT_NE(said.find(reason), std::string::npos) << reason << "\n"
                                                    << said;
  }
  bool good = false;
  for (const auto& o : lines()) good = good || base::get_string(o, "file").ends_with("inquiry.wav");
  EXPECT_TRUE(good);
}

TEST_F(Transcribe, ClippedSoundIsUsedWithAWarning) {
  auto loud = clip("threat.wav");
  for (auto& s : loud) s = static_cast<audio::Sample>(std::clamp(s * 40, -32768, 32767));
  EXPECT_EQ(run({save("loud.wav", {8000, {loud}, false})}), 0);
  EXPECT_NE(err_.str().find("clipped"), std::string::npos);
  EXPECT_FALSE(lines().empty());
}

TEST_F(Transcribe, ReadablePrintShowsTimesAndPhrases) {
  EXPECT_EQ(run({root("src/speech/testdata/threat.wav")}, ""), 0);
  EXPECT_NE(out_.str().find("00:0"), std::string::npos);
  EXPECT_NE(out_.str().find("! 殺すぞ"), std::string::npos);
}

// A WAV header that says what it likes about what follows.
std::string wav_with(std::uint16_t kind, std::uint16_t channels, std::uint32_t rate, std::uint16_t bits, std::uint32_t data_size, const std::string& data) {
  std::string out = "RIFF";
  const auto put = [&](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 255);
  };
  put(36 + data_size, 4);
  out += "WAVEfmt ";
  put(16, 4);
  put(kind, 2);
  put(channels, 2);
  put(rate, 4);
  put(rate * channels * bits / 8, 4);
  put(static_cast<std::uint32_t>(channels) * bits / 8, 2);
  put(bits, 2);
  out += "data";
  put(data_size, 4);
  return out + data;
}

TEST_F(Transcribe, HostileFilesAreNamedAndNothingElseHappens) {
  std::mt19937 random(7);
  std::string noise(60'000, '\0');
  for (auto& c : noise) c = static_cast<char>(random());
  std::vector<std::pair<std::string, std::string>> files{
      {"nothing.wav", ""},
      {"letters.wav", "RIFF"},
      {"header.wav", wav_with(1, 1, 8000, 16, 0, "")},
      {"no-channel.wav", wav_with(1, 0, 8000, 16, 1000, noise.substr(0, 1000))},
      {"many-channels.wav", wav_with(1, 65535, 8000, 16, 1000, noise.substr(0, 1000))},
      {"three-channels.wav", wav_with(1, 3, 8000, 16, 6000, noise.substr(0, 6000))},
      {"no-rate.wav", wav_with(1, 1, 0, 16, 1000, noise.substr(0, 1000))},
      {"wild-rate.wav", wav_with(1, 1, 4'000'000'000U, 16, 1000, noise.substr(0, 1000))},
      {"44100.wav", wav_with(1, 1, 44100, 16, 1000, noise.substr(0, 1000))},
      {"no-bits.wav", wav_with(1, 1, 8000, 0, 1000, noise.substr(0, 1000))},
      {"unknown-kind.wav", wav_with(0x7777, 1, 8000, 16, 1000, noise.substr(0, 1000))},
      {"endless.wav", wav_with(1, 1, 8000, 16, 0xFFFFFFF0U, std::string(1000, '\0'))},
      {"picture.wav", "\x89PNG\r\n\x1a\n" + noise.substr(0, 5000)},
      {"noise.bin", noise},
  };
  for (int i = 0; i < 40; ++i) {
    // A good file with some bytes of its head turned over.
    auto broken = wav_with(1, 1, 8000, 16, 4000, std::string(4000, '\0'));
    for (int k = 0; k < 3; ++k) broken[random() % 44] = static_cast<char>(random());
    files.emplace_back("turned-" + std::to_string(i) + ".wav", broken);
  }
  for (const auto& [name, bytes] : files) {
    const auto path = (dir_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    EXPECT_EQ(run({path}), 2) << name;
    EXPECT_NE(err_.str().find(name), std::string::npos) << name << ": " << err_.str();
    EXPECT_EQ(out_.str(), "") << name;
  }
  EXPECT_EQ(run({dir_.string()}), 2);
  EXPECT_NE(err_.str().find("not a regular file"), std::string::npos) << err_.str();
}

TEST_F(Transcribe, OtherRatesWidthsAndNumbersThatAreNoneGiveTheSameWords) {
  const auto good = clip("threat.wav");
  std::string floats;
  for (std::size_t i = 0; i < good.size(); ++i) {
    // Not a number, and infinity, now and then.
    const float value = i % 4001 == 4000 ? std::numeric_limits<float>::quiet_NaN() : i % 5003 == 5002 ? std::numeric_limits<float>::infinity()
                                                                                                      : audio::to_float(good[i]);
    floats.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  const auto path = (dir_ / "float.wav").string();
  std::ofstream(path, std::ios::binary) << wav_with(3, 1, 8000, 32, static_cast<std::uint32_t>(floats.size()), floats);
  EXPECT_EQ(run({path}), 0) << err_.str();
  EXPECT_NE(out_.str().find("殺すぞ"), std::string::npos);
  auto up = audio::Resampler::make(8000, 48000);
  ASSERT_TRUE(up);
  std::vector<audio::Sample> wide;
  up->push(good, wide);
  up->finish(wide);
  EXPECT_EQ(run({save("48k.wav", {48000, {wide}, false})}), 0) << err_.str();
  EXPECT_NE(out_.str().find("殺すぞ"), std::string::npos);
}

// Hears nothing, quickly: what is measured is the way of the sound.
class Deaf final : public Engine {
 public:
  struct Stream final : Recognizer {
    void accept(std::span<const audio::Sample> pcm, std::vector<Event>&) override { samples += pcm.size(); }
    void skip(std::uint64_t, std::vector<Event>&) override {}
    void finish(std::vector<Event>& out) override {
      Final f;
      f.end = static_cast<double>(samples) / audio::kTelephoneRate;
      f.text = "おわり";
      out.emplace_back(f);
    }
    std::uint64_t samples = 0;
  };
  [[nodiscard]] std::unique_ptr<Recognizer> open() const override { return std::make_unique<Stream>(); }
  [[nodiscard]] const EngineInfo& info() const override { return info_; }

 private:
  EngineInfo info_{"deaf", 1, "", ""};
};

TEST_F(Transcribe, TwoHoursOfAStereoCallNeedNoMoreThanTheirOwnRoom) {
  constexpr std::uint32_t kFrames = 2 * 3600 * 8000;
  const auto path = (dir_ / "two-hours.wav").string();
  {
    std::ofstream out(path, std::ios::binary);
    std::string block(1 << 16, '\0');
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>(i * 37);
    const std::uint32_t size = kFrames * 4;
    out << wav_with(1, 2, 8000, 16, size, "");
    for (std::uint32_t at = 0; at < size; at += static_cast<std::uint32_t>(block.size())) out.write(block.data(), static_cast<std::streamsize>(std::min<std::size_t>(block.size(), size - at)));
    if (!out.flush()) GTEST_SKIP() << "no room for a recording of two hours in " << dir_;
  }
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  const Deaf engine;
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(transcribe({{path}, "jsonl", "", "", {}}, engine, out, err), 0) << err.str();
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  out_ << out.str();
  ASSERT_EQ(lines().size(), 2U);
  for (const auto& o : lines()) EXPECT_DOUBLE_EQ(base::get_double(o, "end"), 7200);
  const auto grown_mb = (after.ru_maxrss - before.ru_maxrss) / 1024;
  RecordProperty("grown_mb", static_cast<int>(grown_mb));
  std::cerr << "two hours, stereo: " << grown_mb << " MB\n";
  EXPECT_LT(grown_mb, 420) << "230 MB are the two channels themselves";
}

TEST_F(Transcribe, NoFilesOrAnUnknownFormatIsAnError) {
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({root("src/speech/testdata/threat.wav")}, "xml"), 2);
}

}  // namespace
}  // namespace mamori::speech
