#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <thread>

#include "link/frame.h"
#include "link/server.h"

namespace mamori::link {
namespace {

using base::json::object;

TEST(Frame, RoundTripsWhateverTheChunks) {
  Audio audio{"0190aaaa/caller", 8000, 1234567890123ull, {1, -2, 32767, -32768}};
  const std::string bytes = encode(object{{"type", "hello"}, {"link", 1}}) + encode(audio);
  for (std::size_t chunk = 1; chunk <= bytes.size(); chunk += 3) {
    Decoder decoder;
    std::vector<Frame> frames;
    for (std::size_t i = 0; i < bytes.size(); i += chunk) {
      decoder.push(std::string_view(bytes).substr(i, chunk));
      auto got = decoder.take();
      ASSERT_TRUE(got);
      for (auto& f : *got) frames.push_back(std::move(f));
    }
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(base::get_string(*parse_message(frames[0]), "type"), "hello");
    const auto back = parse_audio(frames[1]);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->stream, audio.stream);
    EXPECT_EQ(back->position, audio.position);
    EXPECT_EQ(back->samples, audio.samples);
  }
}

TEST(Frame, RefusesBrokenBytes) {
  Decoder zero;
  zero.push(std::string(4, '\0'));
  EXPECT_FALSE(zero.take());
  Decoder huge;
  huge.push("\xff\xff\xff\xff");
  EXPECT_FALSE(huge.take());
  EXPECT_FALSE(huge.take());
  Decoder type;
  type.push(std::string("\0\0\0\2X", 5));
  EXPECT_FALSE(type.take());
  EXPECT_FALSE(parse_message({FrameType::kJson, "[]"}));
  EXPECT_FALSE(parse_message({FrameType::kJson, "{}"}));
  EXPECT_FALSE(parse_audio({FrameType::kAudio, ""}));
  EXPECT_FALSE(parse_audio({FrameType::kAudio, std::string(1, '\x50')}));
}

int connect_to(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return fd;
}

std::vector<Frame> read_frames(int fd, std::size_t count) {
  Decoder decoder;
  std::vector<Frame> frames;
  char buffer[65536];
  while (frames.size() < count) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n <= 0) break;
    decoder.push({buffer, static_cast<std::size_t>(n)});
    auto got = decoder.take();
    if (!got) break;
    for (auto& f : *got) frames.push_back(std::move(f));
  }
  return frames;
}

struct Waiter {
  std::mutex mutex;
  std::condition_variable changed;
  int connected = 0;
  std::vector<object> messages;
  bool wait(auto predicate) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), predicate);
  }
  Server::Handlers handlers() {
    return {.connected = [this] { const std::lock_guard l(mutex); ++connected; changed.notify_all(); },
            .disconnected = nullptr,
            .message = [this](const object& m) { const std::lock_guard l(mutex); messages.push_back(m); changed.notify_all(); },
            .audio = nullptr};
  }
};

TEST(Server, KeepsAudioWhileTheHubIsAwayAndServesTheNextHub) {
  const auto path = (std::filesystem::temp_directory_path() / ("mamori-link-" + std::to_string(getpid()))).string();
  Waiter waiter;
  auto server = Server::listen({path, "media", 4000}, waiter.handlers());
  ASSERT_TRUE(server) << server.error().message;
  // No hub yet: audio is kept, but never more than the limit; the oldest goes.
  for (std::uint64_t i = 0; i < 10; ++i) (*server)->send(Audio{"c/caller", 8000, i * 400, std::vector<std::int16_t>(400)});
  EXPECT_EQ((*server)->dropped_samples(), 6u * 400u);
  const int first = connect_to(path);
  const auto hello = encode(object{{"type", "hello"}, {"link", kVersion}, {"role", "hub"}});
  ASSERT_EQ(write(first, hello.data(), hello.size()), static_cast<ssize_t>(hello.size()));
  auto frames = read_frames(first, 5);
  ASSERT_EQ(frames.size(), 5u);
  EXPECT_EQ(base::get_string(*parse_message(frames[0]), "role"), "media");
  EXPECT_EQ(parse_audio(frames[1])->position, 6u * 400u);
  // A second hub replaces the first.
  const int second = connect_to(path);
  ASSERT_EQ(write(second, hello.data(), hello.size()), static_cast<ssize_t>(hello.size()));
  ASSERT_TRUE(waiter.wait([&] { return waiter.connected == 2; }));
  const auto command = encode(object{{"type", "command"}, {"id", 7}});
  ASSERT_EQ(write(second, command.data(), command.size()), static_cast<ssize_t>(command.size()));
  ASSERT_TRUE(waiter.wait([&] { return waiter.messages.size() == 1; }));
  char byte;
  EXPECT_EQ(read(first, &byte, 1), 0);
  close(first);
  close(second);
}

TEST(Server, RefusesAnotherVersion) {
  const auto path = (std::filesystem::temp_directory_path() / ("mamori-link2-" + std::to_string(getpid()))).string();
  Waiter waiter;
  auto server = Server::listen({path, "speech", 4000}, waiter.handlers());
  ASSERT_TRUE(server);
  const int fd = connect_to(path);
  const auto hello = encode(object{{"type", "hello"}, {"link", 99}});
  ASSERT_EQ(write(fd, hello.data(), hello.size()), static_cast<ssize_t>(hello.size()));
  read_frames(fd, 2);  // its hello, then the end
  char byte;
  EXPECT_EQ(read(fd, &byte, 1), 0);
  EXPECT_FALSE((*server)->hub_connected());
  close(fd);
}

}  // namespace
}  // namespace mamori::link
