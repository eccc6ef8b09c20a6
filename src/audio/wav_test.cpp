#include "audio/wav.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "audio/resample.h"

namespace mamori::audio {
namespace {

namespace fs = std::filesystem;

class RecordingFile : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::temp_directory_path() / ("mamori-wav-" + std::to_string(::getpid()));
    fs::create_directories(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }
  [[nodiscard]] std::string path(const char* name) const { return (dir_ / name).string(); }
  static std::vector<Sample> tone(int rate, double hz, double seconds, double amplitude = 8000) {
    std::vector<Sample> out(static_cast<std::size_t>(rate * seconds));
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<Sample>(amplitude * std::sin(2 * M_PI * hz * static_cast<double>(i) / rate));
    }
    return out;
  }
  fs::path dir_;
};

TEST_F(RecordingFile, ComesBackAsItWasWritten) {
  const Recording in{8000, {tone(8000, 440, 0.5), tone(8000, 880, 0.5)}, false};
  ASSERT_TRUE(write_wav(path("a.wav"), in));
  const auto out = read_recording(path("a.wav"));
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(out->rate, 8000);
  EXPECT_EQ(out->channels, in.channels);
  EXPECT_FALSE(out->truncated);
}

TEST_F(RecordingFile, MissingFileSaysSo) {
  const auto r = read_recording(path("none.wav"));
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, base::ErrorCode::kNotFound);
}

TEST_F(RecordingFile, TextIsNotSound) {
  std::ofstream(path("t.wav")) << "this is not a sound file, however it is called";
  const auto r = read_recording(path("t.wav"));
  ASSERT_FALSE(r);
  EXPECT_NE(r.error().message.find("not a sound file"), std::string::npos);
}

TEST_F(RecordingFile, EmptyAndZeroLengthAreTold) {
  std::ofstream(path("e.wav")).flush();
  EXPECT_NE(read_recording(path("e.wav")).error().message.find("empty"), std::string::npos);
  ASSERT_TRUE(write_wav(path("z.wav"), Recording{8000, {{}}, false}));
  EXPECT_NE(read_recording(path("z.wav")).error().message.find("zero length"), std::string::npos);
}

TEST_F(RecordingFile, UnusualRateIsRefusedByName) {
  ASSERT_TRUE(write_wav(path("r.wav"), Recording{44100, {tone(44100, 440, 0.1)}, false}));
  EXPECT_NE(read_recording(path("r.wav")).error().message.find("44100"), std::string::npos);
}

TEST_F(RecordingFile, TruncatedFileIsReadAndMarked) {
  ASSERT_TRUE(write_wav(path("c.wav"), Recording{8000, {tone(8000, 440, 1)}, false}));
  fs::resize_file(path("c.wav"), 6044);
  const auto r = read_recording(path("c.wav"));
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_TRUE(r->truncated);
  EXPECT_EQ(r->channels[0].size(), 3000U);
}

TEST_F(RecordingFile, QualityTellsSilenceAndClipping) {
  EXPECT_TRUE(measure(std::vector<Sample>(800, 3)).silent());
  const auto good = tone(8000, 440, 1);
  EXPECT_FALSE(measure(good).silent());
  EXPECT_FALSE(measure(good).clipped());
  std::vector<Sample> square(8000);
  for (std::size_t i = 0; i < square.size(); ++i) square[i] = (i / 20) % 2 == 0 ? Sample{32767} : Sample{-32768};
  EXPECT_TRUE(measure(square).clipped());
}

TEST_F(RecordingFile, ResamplingKeepsLengthToneAndPlace) {
  for (const int rate : {16000, 48000}) {
    const auto out = to_telephone_rate(tone(rate, 1000, 1), rate);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->size(), 8000U);
    const auto want = tone(8000, 1000, 1);
    double error = 0;
    for (std::size_t i = 400; i < 7600; ++i) error += std::pow((*out)[i] - want[i], 2);
    EXPECT_LT(std::sqrt(error / 7200), 200) << rate;
    const auto gone = to_telephone_rate(tone(rate, 6000, 1), rate);
    EXPECT_LT(measure(std::span(*gone).subspan(400, 7200)).rms_db, -50) << "6 kHz must not fold down";
  }
}

TEST_F(RecordingFile, ResamplingDoesNotDependOnChunks) {
  const auto in = tone(48000, 700, 0.4);
  const auto whole = to_telephone_rate(in, 48000);
  auto pieces = Resampler::make(48000);
  std::vector<Sample> out;
  for (std::size_t at = 0, step = 1; at < in.size(); at += step, step = step % 977 + 13) {
    pieces->push(std::span(in).subspan(at, std::min(step, in.size() - at)), out);
  }
  pieces->finish(out);
  EXPECT_EQ(out, *whole);
}

}  // namespace
}  // namespace mamori::audio
