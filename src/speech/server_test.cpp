#include "speech/server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace mamori::speech {
namespace {

using namespace std::chrono_literals;

// Says one final per accept, with what it was given; can be made slow.
class Parrot final : public Engine {
 public:
  explicit Parrot(std::chrono::milliseconds delay = 0ms) : delay_(delay) {}
  [[nodiscard]] std::unique_ptr<Recognizer> open() const override {
    struct Bird final : Recognizer {
      explicit Bird(std::chrono::milliseconds d) : delay(d) {}
      void accept(std::span<const audio::Sample> pcm, std::vector<Event>& out) override {
        std::this_thread::sleep_for(delay);
        out.emplace_back(Final{segment++, 0, 0, "heard " + std::to_string(pcm.size()), "", 1, "parrot"});
      }
      void skip(std::uint64_t samples, std::vector<Event>& out) override {
        out.emplace_back(Final{segment++, 0, 0, "skipped " + std::to_string(samples), "", 1, "parrot"});
      }
      void finish(std::vector<Event>& out) override {
        out.emplace_back(Final{segment++, 0, 0, "finished", "", 1, "parrot"});
      }
      std::chrono::milliseconds delay;
      int segment = 0;
    };
    return std::make_unique<Bird>(delay_);
  }
  [[nodiscard]] const EngineInfo& info() const override { return info_; }

 private:
  std::chrono::milliseconds delay_;
  EngineInfo info_{"parrot", 1, "none", "none"};
};

class Mailbox {
 public:
  StreamPool::Send sender() {
    return [this](const base::json::object& m) {
      const std::lock_guard lock(mutex_);
      messages_.push_back(m);
      arrived_.notify_all();
    };
  }
  // Waits until `count` messages of the type for the stream are there.
  std::vector<base::json::object> wait(const std::string& type, const std::string& stream, std::size_t count) {
    std::unique_lock lock(mutex_);
    std::vector<base::json::object> found;
    arrived_.wait_for(lock, 5s, [&] {
      found.clear();
      for (const auto& m : messages_) {
        if (base::get_string(m, "type") == type && base::get_string(m, "stream") == stream) found.push_back(m);
      }
      return found.size() >= count;
    });
    return found;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<base::json::object> messages_;
};

base::json::object open(const std::string& stream, int rate = 8000) {
  return {{"type", "open"}, {"stream", stream}, {"rate", rate}};
}
base::json::object close(const std::string& stream) { return {{"type", "close"}, {"stream", stream}}; }
link::Audio sound(const std::string& stream, std::uint64_t position, std::size_t n = 800, std::uint32_t rate = 8000) {
  return {stream, rate, position, std::vector<std::int16_t>(n, 1)};
}

TEST(StreamPool, AStreamIsHeardFinishedAndClosed) {
  const Parrot engine;
  Mailbox box;
  StreamPool pool(engine, 2, 8, box.sender());
  pool.message(open("a/caller"));
  pool.audio(sound("a/caller", 0));
  EXPECT_EQ(box.wait("final", "a/caller", 1).size(), 1U);
  pool.message(close("a/caller"));
  EXPECT_EQ(box.wait("closed", "a/caller", 1).size(), 1U);
  EXPECT_EQ(base::get_string(box.wait("final", "a/caller", 2).back(), "text"), "finished");
}

TEST(StreamPool, AGapIsSkippedAndARepeatPassedOver) {
  const Parrot engine;
  Mailbox box;
  StreamPool pool(engine, 1, 8, box.sender());
  pool.message(open("a/caller"));
  pool.audio(sound("a/caller", 0));
  ASSERT_EQ(box.wait("final", "a/caller", 1).size(), 1U);
  pool.audio(sound("a/caller", 2400));
  ASSERT_EQ(box.wait("final", "a/caller", 3).size(), 3U);
  pool.audio(sound("a/caller", 2800));
  const auto said = box.wait("final", "a/caller", 4);
  ASSERT_EQ(said.size(), 4U);
  EXPECT_EQ(base::get_string(said[1], "text"), "skipped 1600");
  EXPECT_EQ(base::get_string(said[3], "text"), "heard 400");
}

TEST(StreamPool, AFrameAtAnotherRateClosesThatStreamOnly) {
  const Parrot engine;
  Mailbox box;
  StreamPool pool(engine, 1, 8, box.sender());
  pool.message(open("a/caller"));
  pool.message(open("b/caller"));
  pool.audio(sound("a/caller", 0, 800, 16000));
  EXPECT_EQ(box.wait("closed", "a/caller", 1).size(), 1U);
  pool.audio(sound("b/caller", 0));
  EXPECT_EQ(box.wait("final", "b/caller", 1).size(), 1U);
}

TEST(StreamPool, OverloadDropsTheOldestAndSaysSo) {
  const Parrot engine(300ms);
  Mailbox box;
  StreamPool pool(engine, 1, 8, box.sender());
  pool.message(open("a/caller"));
  for (std::uint64_t i = 0; i < 60; ++i) pool.audio(sound("a/caller", i * 4000, 4000));
  const auto lag = box.wait("lag", "a/caller", 1);
  ASSERT_FALSE(lag.empty());
  EXPECT_GT(base::get_int(lag.front(), "behind_ms"), 0);
  const auto later = box.wait("lag", "a/caller", 2);
  EXPECT_GT(base::get_int(later.back(), "dropped_ms"), 0);
}

TEST(StreamPool, PingIsAnsweredAndUnknownTypesAreIgnored) {
  const Parrot engine;
  Mailbox box;
  StreamPool pool(engine, 1, 1, box.sender());
  pool.message({{"type", "sing"}});
  pool.message({{"type", "ping"}, {"id", 7}});
  EXPECT_EQ(box.wait("pong", "", 1).size(), 1U);
  pool.message(open("a/caller"));
  pool.message(open("b/caller"));
  EXPECT_EQ(box.wait("closed", "b/caller", 1).size(), 1U) << "one stream at most was asked for";
  pool.audio(sound("never-opened", 0));
}

}  // namespace
}  // namespace mamori::speech
