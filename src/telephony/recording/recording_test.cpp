#include <gtest/gtest.h>
#include <sndfile.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "telephony/media/tap.h"
#include "telephony/recording/recorder.h"
#include "telephony/recording/wav_file.h"

namespace mamori::telephony {
namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "mamori-rec-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::vector<std::int16_t> read_wav(const std::filesystem::path& path) {
  SF_INFO info{};
  SNDFILE* file = sf_open(path.c_str(), SFM_READ, &info);
  if (file == nullptr) return {};
  EXPECT_EQ(info.channels, 2);
  EXPECT_EQ(info.samplerate, 8000);
  std::vector<std::int16_t> samples(static_cast<std::size_t>(info.frames) * 2);
  sf_readf_short(file, samples.data(), info.frames);
  sf_close(file);
  return samples;
}

TEST(WavFile, FillsGapsSkipsOverlapsAndWritesPeaks) {
  const Folder folder;
  const auto path = folder.path / "a.wav";
  {
    auto file = WavFile::create(path);
    ASSERT_TRUE(file);
    const std::vector<std::int16_t> left(800, 1000), right(800, -2560);
    ASSERT_TRUE(file->write(800, left, right));   // 100 ms of silence first
    ASSERT_TRUE(file->write(1200, left, right));  // half of it is there already
    ASSERT_TRUE(file->finish());
    EXPECT_EQ(file->frames(), 2000);
  }
  const auto samples = read_wav(path);
  ASSERT_EQ(samples.size(), 4000u);
  EXPECT_EQ(samples[2 * 799], 0);
  EXPECT_EQ(samples[2 * 800], 1000);
  EXPECT_EQ(samples[2 * 1999 + 1], -2560);
  std::ifstream in(folder.path / "a.peaks", std::ios::binary);
  const std::string peaks{std::istreambuf_iterator<char>(in), {}};
  ASSERT_EQ(peaks.size(), kPeaksHeaderBytes + 3 * 4);
  EXPECT_EQ(peaks.substr(0, 4), "MPK1");
  EXPECT_EQ(peaks[kPeaksHeaderBytes + 4 + 1], 3);    // 1000 / 256
  EXPECT_EQ(peaks[kPeaksHeaderBytes + 4 + 2], -10);  // -2560 / 256
}

TEST(WavFile, IsPlayableAfterKill) {
  const Folder folder;
  const auto path = folder.path / "a.wav";
  const pid_t child = fork();
  if (child == 0) {
    auto file = WavFile::create(path);
    const std::vector<std::int16_t> voice(8000, 5);
    (void)file->write(0, voice, voice);
    (void)file->write_header();
    (void)file->write(8000, voice, voice);
    [[maybe_unused]] const auto n = ::write(STDOUT_FILENO, "", 0);
    kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_GE(read_wav(path).size(), 16000u);                      // as it was left
  std::ofstream(path, std::ios::app | std::ios::binary) << "x";  // half a frame
  EXPECT_EQ(repair_recordings(folder.path), 1);
  EXPECT_EQ(read_wav(path).size(), 32000u);
  EXPECT_EQ(repair_recordings(folder.path), 0);
  std::ofstream(folder.path / "other.wav") << "RIFF this is somebody else's file, long enough to have a header......";
  EXPECT_EQ(repair_wav(folder.path / "other.wav").error().code, base::ErrorCode::kDataLoss);
}

TapBlock block_of(TapBlock::Kind kind, std::int64_t position = 0) {
  TapBlock block;
  block.kind = kind;
  std::strcpy(block.call, "c1");
  block.position = position;
  block.count = kind == TapBlock::Kind::kAudio ? kBlockSamples : 0;
  block.caller.fill(100);
  block.agent.fill(200);
  block.prompt.fill(32700);
  return block;
}

TEST(Recorder, MixesWhatTheCallerHearsOnTheRight) {
  const Folder folder;
  Recorded got;
  Recorder recorder(folder.path, [&](const Recorded& r) { got = r; });
  recorder.take(block_of(TapBlock::Kind::kBegin));
  recorder.take(block_of(TapBlock::Kind::kAudio));
  recorder.take(block_of(TapBlock::Kind::kEnd));
  const auto samples = read_wav(folder.path / "c1.wav");
  ASSERT_EQ(samples.size(), 1600u);
  EXPECT_EQ(samples[0], 100);
  EXPECT_EQ(samples[1], 32767);
  EXPECT_TRUE(got.complete);
  EXPECT_DOUBLE_EQ(got.seconds, 0.1);
}

// A limit on file size stands for the full disk: the kernel refuses the write in the same way.
TEST(Recorder, StopsOnAFullDiskAndSaysSo) {
  const Folder folder;
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10000, 10000};
    setrlimit(RLIMIT_FSIZE, &limit);
    Recorded got;
    Recorder recorder(folder.path, [&](const Recorded& r) { got = r; });
    recorder.take(block_of(TapBlock::Kind::kBegin));
    for (int i = 0; i < 10; ++i) recorder.take(block_of(TapBlock::Kind::kAudio, i * 800));
    const bool said = recorder.health() == "stopped: disk full";
    recorder.take(block_of(TapBlock::Kind::kEnd));
    _exit(said && !got.complete ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(read_wav(folder.path / "c1.wav").size() / 2, (10000 - kWavHeaderBytes) / 4);
}

TEST(TapPump, NeverMakesTheWorkerWait) {
  struct Stuck final : TapConsumer {
    std::atomic<bool> go{false};
    int taken = 0;
    void take(const TapBlock&) override {
      while (!go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ++taken;
    }
  } stuck;
  TapPump pump(stuck, 1, 8);
  const auto block = block_of(TapBlock::Kind::kAudio);
  int kept = 0;
  for (int i = 0; i < 100; ++i) kept += pump.ring(0).push(block) ? 1 : 0;
  EXPECT_EQ(kept, 8);
  EXPECT_EQ(pump.dropped_samples(), 92u * kBlockSamples);
  stuck.go = true;
  pump.stop();
  EXPECT_EQ(stuck.taken, 8);
}

}  // namespace
}  // namespace mamori::telephony
