#include "speech/transcribe.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

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

TEST_F(Transcribe, NoFilesOrAnUnknownFormatIsAnError) {
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({root("src/speech/testdata/threat.wav")}, "xml"), 2);
}

}  // namespace
}  // namespace mamori::speech
