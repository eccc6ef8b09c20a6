// The speech role as the hub meets it: a process behind a Unix socket.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "audio/wav.h"
#include "link/frame.h"
#include "speech/server.h"

namespace mamori::speech {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string root(const std::string& path) { return std::string(MAMORI_SOURCE_DIR) + "/" + path; }

class SpeechRole : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::temp_directory_path() / ("mamori-speech-" + std::to_string(::getpid()));
    fs::create_directories(dir_);
    const std::string path = (dir_ / "s.sock").string();
    child_ = ::fork();
    ASSERT_GE(child_, 0);
    if (child_ == 0) ::_exit(run_speech({path, root("models/ctc-ja-8k"), root("data/speech/phrases.tsv"), 2, 8}));
    socket_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy_n(path.c_str(), path.size() + 1, address.sun_path);
    for (int i = 0; i < 200; ++i) {
      if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return;
      std::this_thread::sleep_for(25ms);
    }
    FAIL() << "the role does not listen";
  }
  void TearDown() override {
    if (child_ > 0) ::kill(child_, SIGKILL);
    ::close(socket_);
    fs::remove_all(dir_);
  }
  void send(const std::string& bytes) const {
    ASSERT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  // Reads messages until one of that type has come, ten seconds at most.
  std::vector<base::json::object> until(const std::string& type) {
    const timeval wait{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    std::vector<base::json::object> all;
    while (true) {
      char bytes[65536];
      const auto n = ::recv(socket_, bytes, sizeof bytes, 0);
      if (n <= 0) return all;
      decoder_.push({bytes, static_cast<std::size_t>(n)});
      const auto frames = decoder_.take();
      if (!frames) return all;
      bool found = false;
      for (const auto& f : *frames) {
        const auto m = link::parse_message(f);
        if (!m) continue;
        all.push_back(*m);
        found = found || base::get_string(*m, "type") == type;
      }
      if (found) return all;
    }
  }
  fs::path dir_;
  pid_t child_ = -1;
  int socket_ = -1;
  link::Decoder decoder_;
};

TEST_F(SpeechRole, HearsAStreamAndStopsWhenAsked) {
  send(link::encode(base::json::object{
      {"type", "hello"}, {"link", link::kVersion}, {"role", "hub"}, {"version", "test"}, {"pid", 1}}));
  bool engine = false;
  for (const auto& m : until("engine")) engine = engine || base::get_string(m, "name") == "mamori-ctc-ja-8k";
  EXPECT_TRUE(engine);

  send(link::encode(base::json::object{{"type", "open"}, {"stream", "c1/caller"}, {"rate", 8000}}));
  const auto clip = audio::read_recording(root("src/speech/testdata/threat.wav"));
  ASSERT_TRUE(clip);
  const auto& pcm = clip->channels[0];
  for (std::size_t at = 0; at < pcm.size(); at += 800) {
    link::Audio audio{"c1/caller", 8000, at, {}};
    audio.samples.assign(pcm.begin() + static_cast<std::ptrdiff_t>(at),
                         pcm.begin() + static_cast<std::ptrdiff_t>(std::min(pcm.size(), at + 800)));
    send(link::encode(audio));
  }
  send(link::encode(base::json::object{{"type", "close"}, {"stream", "c1/caller"}}));
  int finals = 0;
  int partials = 0;
  bool threat = false;
  for (const auto& m : until("closed")) {
    finals += base::get_string(m, "type") == "final" ? 1 : 0;
    partials += base::get_string(m, "type") == "partial" ? 1 : 0;
    threat = threat || (base::get_string(m, "type") == "spotted" && base::get_string(m, "category") == "threat");
  }
  EXPECT_GE(finals, 2);
  EXPECT_GE(partials, 2);
  EXPECT_TRUE(threat);

  ::kill(child_, SIGTERM);
  int status = 0;
  ASSERT_EQ(::waitpid(child_, &status, 0), child_);
  child_ = -1;
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace mamori::speech
