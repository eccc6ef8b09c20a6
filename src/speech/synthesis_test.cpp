#include "speech/synthesis.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "audio/wav.h"
#include "base/ids.h"

namespace mamori::speech {
namespace {

namespace fs = std::filesystem;

class SynthesisTest : public testing::Test {
 protected:
  void SetUp() override { folder_ = fs::temp_directory_path() / ("mamori-speak-" + base::random_hex(6)); }
  void TearDown() override { fs::remove_all(folder_); }
  SynthesisOptions system() const {
    const char* voice = std::getenv("MAMORI_TEST_VOICE");
    return {"open_jtalk", "/var/lib/mecab/dic/open-jtalk/naist-jdic",
            voice != nullptr ? voice : "/usr/share/hts-voice/nitech-jp-atr503-m001/nitech_jp_atr503_m001.htsvoice", folder_.string()};
  }
  fs::path folder_;
};

TEST(SpokenPieces, AreSentencesThatTheProgramReadsWhole) {
  EXPECT_EQ(spoken_pieces("お電話ありがとうございます。ただいま、込み合っています!\n少しお待ちください"),
            (std::vector<std::string>{"お電話ありがとうございます。", "ただいま、込み合っています!", "少しお待ちください"}));
  EXPECT_TRUE(spoken_pieces("。。 \n、…").empty());
  EXPECT_TRUE(spoken_pieces("").empty());
}

TEST(SpokenPieces, ALongSentenceIsCutAtACommaAndNeverInsideACharacter) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "あいうえおかきくけこ、";
  std::string again;
  for (const auto& piece : spoken_pieces(text, 200)) {
    EXPECT_LE(piece.size(), 200U);
    EXPECT_TRUE(piece.ends_with("、"));
    again += piece;
  }
  EXPECT_EQ(again, text);
  for (const auto& piece : spoken_pieces(std::string(3000, 'a'), 200)) EXPECT_LE(piece.size(), 200U);
}

TEST_F(SynthesisTest, SaysWhatIsMissing) {
  auto options = system();
  options.program = "no-such-program";
  Synthesiser without(options);
  EXPECT_NE(without.problem().find("no-such-program"), std::string::npos);
  const auto spoken = without.speak("こんにちは");
  ASSERT_FALSE(spoken);
  EXPECT_EQ(spoken.error().code, base::ErrorCode::kUnavailable);
  EXPECT_EQ(without.speak("").error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(without.speak(std::string(kMostSpokenBytes + 1, 'a')).error().code, base::ErrorCode::kInvalidArgument);
}

TEST_F(SynthesisTest, SpeaksOnceAndFindsItAgain) {
  Synthesiser voice(system());
  if (!voice.problem().empty()) GTEST_SKIP() << voice.problem() << " (MAMORI_TEST_VOICE names another voice)";
  const auto path = voice.speak("ただいま込み合っています。少しお待ちください。");
  ASSERT_TRUE(path) << path.error().message;
  const auto sound = audio::read_recording(*path);
  ASSERT_TRUE(sound);
  EXPECT_EQ(sound->rate, 8000);
  EXPECT_GT(sound->seconds(), 2);
  EXPECT_LT(sound->seconds(), 10);
  EXPECT_NEAR(audio::measure(sound->channels[0]).rms_db, -21, 3);
  const auto made = fs::last_write_time(*path);
  EXPECT_EQ(voice.speak("ただいま込み合っています。少しお待ちください。").value_or(""), *path);
  EXPECT_EQ(fs::last_write_time(*path), made);
  EXPECT_NE(voice.speak("別の文です。").value_or(""), *path);
}

TEST_F(SynthesisTest, AProgramThatFailsLeavesNothingBehind) {
  auto options = system();
  if (!Synthesiser(options).problem().empty()) GTEST_SKIP() << Synthesiser(options).problem();
  options.program = "/bin/false";
  Synthesiser broken(options);
  EXPECT_FALSE(broken.speak("こんにちは"));
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace mamori::speech
