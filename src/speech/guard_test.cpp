// An engine that fails, hangs or dawdles in the middle of a call, and the built-in one behind it.
#include "speech/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

namespace mamori::speech {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// Stands in for the built-in one: every second of sound is a segment "b0", "b1", ...; a cue with each.
class Steady final : public Engine {
 public:
  class Stream final : public Recognizer {
   public:
    void accept(std::span<const audio::Sample> pcm, std::vector<Event>& out) override {
      samples_ += pcm.size();
      while (samples_ >= (said_ + 1) * 8000) {
        Final f;
        f.segment = static_cast<int>(said_);
        f.start = static_cast<double>(said_) + 0.1;
        f.end = static_cast<double>(said_) + 0.9;
        f.text = "b" + std::to_string(said_++);
        f.engine = "built-in";
        out.emplace_back(f);
        out.emplace_back(Cue{f.end, 0, 0, 0, 0});
      }
    }
    void skip(std::uint64_t samples, std::vector<Event>&) override {
      samples_ += samples;
      said_ = samples_ / 8000;
    }
    void finish(std::vector<Event>&) override {}

   private:
    std::uint64_t samples_ = 0;
    std::uint64_t said_ = 0;
  };
  [[nodiscard]] std::unique_ptr<Recognizer> open() const override { return std::make_unique<Stream>(); }
  [[nodiscard]] const EngineInfo& info() const override { return info_; }

 private:
  EngineInfo info_{"built-in", 1, "m", "l"};
};

// What goes wrong, from which second on.
struct Fault {
  std::atomic<int> from{1'000'000};
  std::atomic<int> kind{0};  // 0 error, 1 hang, 2 slow
  std::atomic<bool> refuse{false};
  std::atomic<bool> release{false};
  base::Result<> meet(double seconds) {
    if (seconds < from) return {};
    if (kind == 0) return base::fail(base::ErrorCode::kUnavailable, "the line is cut");
    if (kind == 2) std::this_thread::sleep_for(40ms);
    while (kind == 1 && !release) std::this_thread::sleep_for(10ms);
    return {};
  }
};

class Streams final : public StreamingEngine {
 public:
  explicit Streams(std::shared_ptr<Fault> fault) : fault_(std::move(fault)) {}
  class Session final : public StreamingSession {
   public:
    explicit Session(std::shared_ptr<Fault> fault) : fault_(std::move(fault)) {}
    base::Result<> accept(std::span<const audio::Sample> pcm, std::vector<Event>& out) override {
      samples_ += pcm.size();
      if (auto ok = fault_->meet(static_cast<double>(samples_) / 8000); !ok) return ok;
      while (samples_ >= (said_ + 1) * 8000) {
        Final f;
        f.start = static_cast<double>(said_) + 0.1;
        f.end = static_cast<double>(said_) + 0.9;
        f.text = "s" + std::to_string(said_++);
        f.engine = "theirs";
        out.emplace_back(Partial{0, f.start, f.end, f.text});
        out.emplace_back(f);
      }
      return {};
    }
    base::Result<> finish(std::vector<Event>&) override { return {}; }

   private:
    std::shared_ptr<Fault> fault_;
    std::uint64_t samples_ = 0;
    std::uint64_t said_ = 0;
  };
  [[nodiscard]] const EngineInfo& info() const override { return info_; }
  [[nodiscard]] base::Result<std::unique_ptr<StreamingSession>> open() const override {
    if (fault_->refuse) return base::fail(base::ErrorCode::kUnavailable, "nobody there");
    return std::make_unique<Session>(fault_);
  }

 private:
  std::shared_ptr<Fault> fault_;
  EngineInfo info_{"theirs", 2, "m", "l"};
};

class Segments final : public SegmentEngine {
 public:
  explicit Segments(std::shared_ptr<Fault> fault) : fault_(std::move(fault)) {}
  [[nodiscard]] const EngineInfo& info() const override { return info_; }
  [[nodiscard]] base::Result<SegmentText> transcribe(std::span<const audio::Sample> pcm) const override {
    const int n = count_++;
    if (auto ok = fault_->meet(n); !ok) return base::fail(ok.error());
    SegmentText text;
    text.text = "s" + std::to_string(n) + ":" + std::to_string(pcm.size());
    text.confidence = 0.7;
    text.emotion = "angry";
    return text;
  }

 private:
  std::shared_ptr<Fault> fault_;
  mutable std::atomic<int> count_{0};
  EngineInfo info_{"theirs", 2, "m", "l"};
};

class Guard : public testing::Test {
 protected:
  GuardOptions options{.patience = 300ms, .retry = 400ms, .workers = 1};
  std::shared_ptr<Fault> fault = std::make_shared<Fault>();
  std::vector<EngineState> states;
  std::mutex mutex;
  std::vector<Event> events;

  ~Guard() override { fault->release = true; }

  template <class Kind>
  std::unique_ptr<GuardedEngine> engine() {
    auto made = std::make_unique<GuardedEngine>(std::make_shared<Steady>(), std::shared_ptr<const Kind>(std::make_shared<Kind>(fault)), options);
    made->on_change([this](const EngineState& s) {
      const std::lock_guard lock(mutex);
      states.push_back(s);
    });
    return made;
  }
  // As a call comes: 100 ms of sound at a time, `pace` of real time between.
  void hear(Recognizer& r, double seconds, std::chrono::milliseconds pace = 10ms) {
    for (int i = 0; i < static_cast<int>(seconds * 10 + 0.5); ++i) {
      r.accept(std::vector<audio::Sample>(800, 100), events);
      std::this_thread::sleep_for(pace);
    }
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const auto& e : events) {
      if (const auto* f = std::get_if<Final>(&e)) out.push_back(f->text);
    }
    return out;
  }
  int cues() const {
    int n = 0;
    for (const auto& e : events) n += std::holds_alternative<Cue>(e) ? 1 : 0;
    return n;
  }
};

TEST_F(Guard, TheirWordsAndOurCues) {
  auto e = engine<Streams>();
  auto r = e->open();
  hear(*r, 3);
  r->finish(events);
  EXPECT_THAT(texts(), ElementsAre("s0", "s1", "s2"));
  EXPECT_EQ(cues(), 3) << "phrases and cues come from the built-in engine whoever writes the words";
  EXPECT_EQ(e->info().name, "theirs");
  EXPECT_TRUE(states.empty());
  int segment = 0;
  for (const auto& event : events) {
    if (const auto* f = std::get_if<Final>(&event)) {
      EXPECT_EQ(f->segment, segment++);
    }
  }
}

TEST_F(Guard, ACutLineLosesNoWordAndIsTold) {
  fault->from = 2;
  auto e = engine<Streams>();
  auto r = e->open();
  hear(*r, 4);
  r->finish(events);
  EXPECT_THAT(texts(), ElementsAre("s0", "b1", "b2", "b3")) << "what the engine still owed is written by the built-in one, in order";
  ASSERT_FALSE(states.empty());
  EXPECT_EQ(states.front().info.name, "built-in");
  EXPECT_EQ(states.front().instead_of, "theirs");
  EXPECT_EQ(states.front().problem, "the line is cut");
  EXPECT_EQ(e->abandoned(), 0);
}

TEST_F(Guard, AHungEngineIsReplacedWithinItsPatience) {
  fault->from = 2;
  fault->kind = 1;
  options.patience = 1500ms;
  auto e = engine<Streams>();
  auto r = e->open();
  hear(*r, 1.9);
  const auto hung_at = std::chrono::steady_clock::now();
  while (states.empty() && std::chrono::steady_clock::now() - hung_at < 5s) hear(*r, 0.1, 100ms);
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - hung_at).count();
  RecordProperty("takeover_ms", static_cast<int>(took * 1000));
  EXPECT_LT(took, 2.0) << "in real time, from the sound it hung on";
  EXPECT_GT(took, 1.4);
  hear(*r, 1, 10ms);
  r->finish(events);
  const auto all = texts();
  ASSERT_GE(all.size(), 4U);
  EXPECT_EQ(all[0], "s0");
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i], "b" + std::to_string(i)) << "none is missing, none is twice";
  EXPECT_THAT(states.front().problem, HasSubstr("did not answer for 1500 ms"));
  EXPECT_EQ(e->abandoned(), 1);
  std::this_thread::sleep_for(500ms);
  auto second = e->open();
  hear(*second, 0.2);
  EXPECT_EQ(e->info().name, "built-in") << "a thread is lost to it: it is not tried again";
}

TEST_F(Guard, AnEngineThatCannotKeepUpIsReplaced) {
  fault->from = 0;
  fault->kind = 2;
  auto e = engine<Streams>();
  auto r = e->open();
  hear(*r, 8, 1ms);
  EXPECT_EQ(e->info().name, "built-in");
  EXPECT_THAT(states.front().problem, HasSubstr("keep up"));
}

TEST_F(Guard, ItComesBackWhenItIsThereAgain) {
  fault->refuse = true;
  auto e = engine<Streams>();
  auto r = e->open();
  hear(*r, 2, 30ms);
  EXPECT_EQ(e->info().name, "built-in");
  EXPECT_EQ(e->state().problem, "nobody there");
  fault->refuse = false;
  std::this_thread::sleep_for(450ms);
  hear(*r, 3);
  r->finish(events);
  EXPECT_EQ(e->info().name, "theirs");
  const auto all = texts();
  ASSERT_GE(all.size(), 4U);
  EXPECT_EQ(all[0], "b0");
  EXPECT_EQ(all[1], "b1");
  EXPECT_EQ(all.back().front(), 's');
  EXPECT_EQ(states.back().instead_of, "");
  double last = -1;
  for (const auto& event : events) {
    if (const auto* f = std::get_if<Final>(&event)) {
      EXPECT_GT(f->end, last);
      last = f->end;
    }
  }
}

TEST_F(Guard, AGapKeepsTheTimeOfBoth) {
  auto e = engine<Streams>();
  auto r = e->open();
  hear(*r, 2);
  r->skip(8000 * 60, events);
  hear(*r, 2);
  r->finish(events);
  double last = 0;
  for (const auto& event : events) {
    if (const auto* f = std::get_if<Final>(&event)) last = f->end;
  }
  EXPECT_GT(last, 61);
}

TEST_F(Guard, AFileWaitsForTheEngine) {
  options.wait = true;
  fault->from = 0;
  fault->kind = 2;  // 40 ms for each 100 ms of sound
  auto e = engine<Streams>();
  auto r = e->open();
  hear(*r, 6, 0ms);
  r->finish(events);
  EXPECT_EQ(texts().size(), 6U);
  EXPECT_EQ(texts().back(), "s5");
}

TEST_F(Guard, SegmentsAreWrittenByTheBetterEngineInOrder) {
  auto e = engine<Segments>();
  auto r = e->open();
  hear(*r, 3, 20ms);
  r->finish(events);
  // Half a second of sound around each: 0.8 s + 2 × 0.25 s, as far as it is there.
  EXPECT_THAT(texts(), ElementsAre("s0:8000", testing::StartsWith("s1:"), testing::StartsWith("s2:")));
  for (const auto& event : events) {
    if (const auto* f = std::get_if<Final>(&event)) {
      EXPECT_EQ(f->emotion, "angry");
      EXPECT_EQ(f->engine, "theirs");
      EXPECT_DOUBLE_EQ(f->confidence, 0.7);
    }
  }
}

TEST_F(Guard, ASegmentThatFailsKeepsItsWords) {
  fault->from = 1;
  auto e = engine<Segments>();
  auto r = e->open();
  hear(*r, 3, 20ms);
  r->finish(events);
  EXPECT_THAT(texts(), ElementsAre("s0:8000", "b1", "b2"));
  EXPECT_EQ(e->state().problem, "the line is cut");
}

TEST_F(Guard, AHungSegmentIsReplacedWithinItsPatience) {
  fault->from = 1;
  fault->kind = 1;
  auto e = engine<Segments>();
  auto r = e->open();
  hear(*r, 2, 20ms);
  const auto began = std::chrono::steady_clock::now();
  r->finish(events);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
  EXPECT_THAT(texts(), ElementsAre("s0:8000", "b1"));
  EXPECT_EQ(e->abandoned(), 1);
}

TEST_F(Guard, TheBuiltInAloneSaysWhy) {
  GuardedEngine e(std::make_shared<Steady>(), "sherpa-onnx", "encoder.onnx is truncated");
  auto r = e.open();
  hear(*r, 1);
  EXPECT_THAT(texts(), ElementsAre("b0"));
  EXPECT_EQ(e.state().instead_of, "sherpa-onnx");
  EXPECT_EQ(e.state().problem, "encoder.onnx is truncated");
  EXPECT_EQ(e.state().info.tier, 1);
}

}  // namespace
}  // namespace mamori::speech
