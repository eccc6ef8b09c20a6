#include "speech/guard.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/log.h"

namespace mamori::speech {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostQueued = 4 * audio::kTelephoneRate;          // a streaming engine further behind does not keep up
constexpr std::size_t kWaitAbove = 2 * audio::kTelephoneRate;           // with `wait`: enough to keep an engine busy
constexpr std::size_t kSilenceOnSkip = 6 * audio::kTelephoneRate / 10;  // ends a segment in any engine
constexpr std::size_t kKept = 16 * audio::kTelephoneRate;               // sound kept for segments: the longest is 13 s
constexpr double kMargin = 0.25;                                        // seconds of sound around a segment
constexpr std::size_t kMostJobs = 64;

std::uint64_t at_rate(double seconds) { return seconds <= 0 ? 0 : static_cast<std::uint64_t>(seconds * audio::kTelephoneRate); }

}  // namespace

// The state all streams share: is the engine to be trusted now?
struct GuardedEngine::Core {
  std::shared_ptr<const Engine> built_in;
  std::shared_ptr<const StreamingEngine> streaming;
  std::shared_ptr<const SegmentEngine> segments;
  GuardOptions options;
  EngineInfo wanted;

  std::mutex mutex;
  bool failed = false;
  bool for_good = false;
  std::string problem;
  Clock::time_point failed_at{};
  std::function<void(const EngineState&)> watcher;
  std::atomic<int> abandoned{0};
  std::atomic<int> pumps{0};  // threads of streams, the abandoned ones included

  // Jobs for segment engines.
  struct Job {
    std::vector<audio::Sample> pcm;
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Clock::time_point> started;
    std::optional<base::Result<SegmentText>> result;
  };
  std::deque<std::shared_ptr<Job>> jobs;
  std::condition_variable jobs_changed;
  bool stopping = false;
  int working = 0;
  std::vector<std::thread> threads;

  EngineState state_now() {
    if (!failed) return {wanted, "", ""};
    return {built_in->info(), wanted.name, problem};
  }

  bool usable() {
    const std::lock_guard lock(mutex);
    return !failed || (!for_good && Clock::now() - failed_at >= options.retry);
  }

  void fail(const std::string& why, bool hung) {
    const std::lock_guard lock(mutex);
    const bool before = failed;
    if (for_good) return;  // the first reason is the one that matters
    failed = true;
    for_good = hung;
    failed_at = Clock::now();
    if (before && problem == why) return;
    problem = why;
    base::log_error("speech: the built-in engine takes over", {{"instead_of", wanted.name}, {"reason", why}});
    if (watcher) watcher(state_now());
  }

  void works() {
    const std::lock_guard lock(mutex);
    if (!failed || for_good) return;
    failed = false;
    problem.clear();
    base::log_info("speech: the engine works again", {{"engine", wanted.name}});
    if (watcher) watcher(state_now());
  }

  std::shared_ptr<Job> submit(std::vector<audio::Sample> pcm) {
    auto job = std::make_shared<Job>();
    job->pcm = std::move(pcm);
    const std::lock_guard lock(mutex);
    if (jobs.size() >= kMostJobs) return nullptr;
    jobs.push_back(job);
    jobs_changed.notify_one();
    return job;
  }

  static void work(const std::shared_ptr<Core>& core) {
    while (true) {
      std::shared_ptr<Job> job;
      {
        std::unique_lock lock(core->mutex);
        core->jobs_changed.wait(lock, [&] { return core->stopping || !core->jobs.empty(); });
        if (core->stopping) return;
        job = std::move(core->jobs.front());
        core->jobs.pop_front();
        ++core->working;
      }
      {
        const std::lock_guard lock(job->mutex);
        job->started = Clock::now();
      }
      auto result = core->segments->transcribe(job->pcm);
      {
        const std::lock_guard lock(job->mutex);
        job->result = std::move(result);
        job->changed.notify_all();
      }
      const std::lock_guard lock(core->mutex);
      --core->working;
    }
  }
};

namespace {

using Core = GuardedEngine::Core;

// One stream's engine, on its own thread. Shared by the stream and that thread: either may outlive the other.
struct Pump {
  struct Item {
    std::vector<audio::Sample> pcm;
    std::uint64_t shift = 0;  // samples of time to pass over without sound
    bool finish = false;
  };
  std::mutex mutex;
  std::condition_variable wake;      // for the thread
  std::condition_variable progress;  // for who waits
  std::deque<Item> items;
  std::size_t queued = 0;  // samples
  std::vector<Event> events;
  std::optional<base::Error> error;
  double heard_to = 0;  // seconds: everything said before has come out
  Clock::time_point last_progress = Clock::now();
  bool busy = true;  // opening counts
  bool stop = false;
  bool over = false;  // the thread is about to end

  static void run(const std::shared_ptr<Pump>& self, const std::shared_ptr<Core>& core) {
    auto session = core->streaming->open();
    double offset = 0;
    bool done = false;
    while (!done) {
      Item item;
      {
        std::unique_lock lock(self->mutex);
        self->last_progress = Clock::now();
        self->busy = false;
        if (!session) self->error = session.error();
        self->progress.notify_all();
        if (self->error || self->stop) break;
        self->wake.wait(lock, [&] { return self->stop || !self->items.empty(); });
        if (self->stop) break;
        item = std::move(self->items.front());
        self->items.pop_front();
        self->busy = true;
        self->last_progress = Clock::now();
      }
      std::vector<Event> events;
      auto ok = item.finish ? (*session)->finish(events) : (*session)->accept(item.pcm, events);
      const std::lock_guard lock(self->mutex);
      self->queued -= item.pcm.size();
      for (auto& e : events) {
        std::visit([&](auto& x) {
          if constexpr (requires { x.start; }) {
            x.start += offset;
            x.end += offset;
          }
        }, e);
        if (const auto* f = std::get_if<Final>(&e)) self->heard_to = std::max(self->heard_to, f->end);
        self->events.push_back(std::move(e));
      }
      offset += static_cast<double>(item.shift) / audio::kTelephoneRate;
      if (!ok) self->error = ok.error();
      done = item.finish || !ok;
      self->last_progress = Clock::now();
      self->busy = false;
      self->progress.notify_all();
    }
    session = base::fail(base::ErrorCode::kInternal, "closed");  // ends the session on this thread
    const std::lock_guard lock(self->mutex);
    self->over = true;
    self->progress.notify_all();
  }
};

// Shared by both kinds: the built-in recogniser beside, segments numbered anew, time.
class Guarded : public Recognizer {
 public:
  explicit Guarded(std::shared_ptr<Core> core) : core_(std::move(core)), built_in_(core_->built_in->open()) {}

 protected:
  void emit(Final f, std::vector<Event>& out) {
    f.segment = segment_++;
    out.emplace_back(std::move(f));
  }
  void emit(Partial p, std::vector<Event>& out) const {
    p.segment = segment_;
    out.emplace_back(std::move(p));
  }
  std::shared_ptr<Core> core_;
  std::unique_ptr<Recognizer> built_in_;
  int segment_ = 0;
};

class GuardedStream final : public Guarded {
 public:
  using Guarded::Guarded;
  ~GuardedStream() override { close(false); }

  void accept(std::span<const audio::Sample> pcm, std::vector<Event>& out) override {
    if (pcm.empty()) return;
    if (!pump_ && core_->usable()) begin();
    std::vector<Event> beside;
    built_in_->accept(pcm, beside);
    position_ += pcm.size();
    if (pump_) push({{pcm.begin(), pcm.end()}, 0, false});
    sort(beside, out);
    collect(out);
  }

  void skip(std::uint64_t samples, std::vector<Event>& out) override {
    std::vector<Event> beside;
    built_in_->skip(samples, beside);
    position_ += samples;
    if (pump_) {
      const auto silent = std::min<std::uint64_t>(samples, kSilenceOnSkip);
      push({std::vector<audio::Sample>(silent, 0), samples - silent, false});
    }
    sort(beside, out);
    collect(out);
  }

  void finish(std::vector<Event>& out) override {
    std::vector<Event> beside;
    built_in_->finish(beside);
    if (pump_) {
      push({{}, 0, true});
      std::unique_lock lock(pump_->mutex);
      // What it still owes must come while the stream is closed, as long as it comes at all.
      while (!pump_->over && !pump_->error && Clock::now() - pump_->last_progress < core_->options.patience) pump_->progress.wait_for(lock, std::chrono::milliseconds(20));
    }
    finishing_ = true;
    sort(beside, out);
    collect(out);
    for (auto& f : held_) emit(std::move(f), out);  // none, unless the engine failed at the last moment
    held_.clear();
    close(false);
  }

 private:
  void begin() {
    from_ = static_cast<double>(position_) / audio::kTelephoneRate;
    pump_ = std::make_shared<Pump>();
    const auto share = pump_;
    ++core_->pumps;
    std::thread([share, core = core_] {
      Pump::run(share, core);
      --core->pumps;
    }).detach();
  }

  // Lets the thread end by itself; a hung one is counted.
  void close(bool hung) {
    if (!pump_) return;
    {
      const std::lock_guard lock(pump_->mutex);
      pump_->stop = true;
      pump_->items.clear();
      pump_->wake.notify_all();
    }
    if (hung) ++core_->abandoned;
    pump_.reset();
  }

  void push(Pump::Item item) {
    std::unique_lock lock(pump_->mutex);
    if (pump_->items.empty() && !pump_->busy) pump_->last_progress = Clock::now();
    pump_->queued += item.pcm.size();
    pump_->items.push_back(std::move(item));
    pump_->wake.notify_all();
    if (!core_->options.wait) return;
    while (pump_->queued > kWaitAbove && !pump_->error && Clock::now() - pump_->last_progress < core_->options.patience) pump_->progress.wait_for(lock, std::chrono::milliseconds(20));
  }

  // What the built-in engine heard: phrases and cues always count, its words are held until the other one has had its say.
  void sort(std::vector<Event>& beside, std::vector<Event>& out) {
    for (auto& e : beside) {
      if (auto* f = std::get_if<Final>(&e)) {
        if (pump_ && f->start >= from_ - kMargin)
          held_.push_back(std::move(*f));
        else
          emit(std::move(*f), out);
      } else if (auto* p = std::get_if<Partial>(&e)) {
        if (!pump_ || p->start < from_ - kMargin) emit(std::move(*p), out);
      } else {
        out.push_back(std::move(e));
      }
    }
  }

  void collect(std::vector<Event>& out) {
    if (!pump_) return;
    std::vector<Event> events;
    std::optional<base::Error> error;
    bool hung = false;
    bool behind = false;
    bool clean_end = false;
    double heard_to = 0;
    {
      const std::lock_guard lock(pump_->mutex);
      events.swap(pump_->events);
      error = pump_->error;
      heard_to = pump_->heard_to + from_;
      clean_end = pump_->over && !error;
      const bool owes = pump_->busy || !pump_->items.empty();
      hung = !error && owes && !pump_->over && Clock::now() - pump_->last_progress > core_->options.patience;
      behind = !core_->options.wait && pump_->queued > kMostQueued;
    }
    for (auto& e : events) {
      if (auto* f = std::get_if<Final>(&e)) {
        f->start += from_;
        f->end += from_;
        emit(std::move(*f), out);
      } else if (auto* p = std::get_if<Partial>(&e)) {
        p->start += from_;
        p->end += from_;
        emit(std::move(*p), out);
      }
    }
    if (!events.empty()) core_->works();
    // Heard by both: the operator's engine wrote it.
    std::erase_if(held_, [&](const Final& f) { return (f.start + f.end) / 2 <= heard_to; });
    if (error || hung || behind) {
      core_->fail(error ? error->message : hung ? core_->wanted.name + " did not answer for " + std::to_string(core_->options.patience.count()) + " ms"
                                                : core_->wanted.name + " does not keep up with the sound",
                  hung);
      close(hung);
    } else if (finishing_ && clean_end) {
      held_.clear();  // it heard all of it and found no words there
      return;
    }
    if (!pump_) {
      for (auto& f : held_) emit(std::move(f), out);
      held_.clear();
      return;
    }
    // What the engine heard long ago and said nothing about were no words to it.
    const double now = static_cast<double>(position_) / audio::kTelephoneRate;
    std::erase_if(held_, [&](const Final& f) { return f.end < now - 30; });
  }

  std::shared_ptr<Pump> pump_;
  std::deque<Final> held_;
  double from_ = 0;  // seconds: where the engine of the operator began to hear
  std::uint64_t position_ = 0;
  bool finishing_ = false;
};

class GuardedSegments final : public Guarded {
 public:
  using Guarded::Guarded;

  void accept(std::span<const audio::Sample> pcm, std::vector<Event>& out) override {
    keep(pcm);
    std::vector<Event> beside;
    built_in_->accept(pcm, beside);
    sort(beside, out);
    settle(false, out);
  }
  void skip(std::uint64_t samples, std::vector<Event>& out) override {
    std::vector<Event> beside;
    built_in_->skip(samples, beside);
    if (samples <= kKept) {
      keep(std::vector<audio::Sample>(samples, 0));
    } else {
      position_ += samples;
      kept_.clear();
      kept_from_ = position_;
    }
    sort(beside, out);
    settle(false, out);
  }
  void finish(std::vector<Event>& out) override {
    std::vector<Event> beside;
    built_in_->finish(beside);
    sort(beside, out);
    settle(true, out);
  }

 private:
  struct Waiting {
    Final words;  // the built-in engine's, should the other one not answer
    std::shared_ptr<Core::Job> job;
    Clock::time_point since;
  };

  void keep(std::span<const audio::Sample> pcm) {
    kept_.insert(kept_.end(), pcm.begin(), pcm.end());
    position_ += pcm.size();
    // Cut rarely: moving a quarter of a megabyte for every 100 ms would be waste.
    if (kept_.size() <= 2 * kKept) return;
    const auto drop = kept_.size() - kKept;
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(drop));
    kept_from_ += drop;
  }

  void sort(std::vector<Event>& beside, std::vector<Event>& out) {
    for (auto& e : beside) {
      if (auto* f = std::get_if<Final>(&e)) {
        std::shared_ptr<Core::Job> job;
        const auto begin = std::max(at_rate(f->start - kMargin), kept_from_);
        const auto end = std::min(at_rate(f->end + kMargin), kept_from_ + kept_.size());
        if (end > begin && core_->usable()) job = core_->submit({kept_.begin() + static_cast<std::ptrdiff_t>(begin - kept_from_), kept_.begin() + static_cast<std::ptrdiff_t>(end - kept_from_)});
        waiting_.push_back({std::move(*f), std::move(job), Clock::now()});
        if (core_->options.wait) settle(true, out);
      } else if (auto* p = std::get_if<Partial>(&e)) {
        emit(std::move(*p), out);
      } else {
        out.push_back(std::move(e));
      }
    }
  }

  // In order: nothing overtakes a segment that still waits.
  void settle(bool to_the_end, std::vector<Event>& out) {
    while (!waiting_.empty()) {
      auto& front = waiting_.front();
      if (!front.job) {
        emit(std::move(front.words), out);
        waiting_.pop_front();
        continue;
      }
      std::unique_lock lock(front.job->mutex);
      const auto late = [&] { return Clock::now() - front.since > core_->options.patience; };
      while (to_the_end && !front.job->result && !late()) front.job->changed.wait_for(lock, std::chrono::milliseconds(20));
      if (!front.job->result && !late()) return;
      const auto result = front.job->result;
      const bool started = front.job->started.has_value();
      lock.unlock();
      if (result && *result) {
        core_->works();
        auto words = std::move(front.words);
        words.text = (*result)->text;
        words.emotion = (*result)->emotion;
        if ((*result)->confidence >= 0) words.confidence = (*result)->confidence;
        words.engine = core_->wanted.name;
        if (!words.text.empty()) emit(std::move(words), out);
      } else {
        if (result)
          core_->fail(result->error().message, false);
        else if (started)
          core_->fail(core_->wanted.name + " did not answer for " + std::to_string(core_->options.patience.count()) + " ms", true);
        else
          core_->fail(core_->wanted.name + " does not keep up with the sound", false);
        emit(std::move(front.words), out);
      }
      waiting_.pop_front();
    }
  }

  std::vector<audio::Sample> kept_;
  std::uint64_t kept_from_ = 0;  // position of the first kept sample
  std::uint64_t position_ = 0;
  std::deque<Waiting> waiting_;
};

}  // namespace

GuardedEngine::GuardedEngine(std::shared_ptr<const Engine> built_in, std::shared_ptr<const StreamingEngine> engine, GuardOptions options) : core_(std::make_shared<Core>()) {
  core_->built_in = std::move(built_in);
  core_->wanted = engine->info();
  core_->streaming = std::move(engine);
  core_->options = options;
}

GuardedEngine::GuardedEngine(std::shared_ptr<const Engine> built_in, std::shared_ptr<const SegmentEngine> engine, GuardOptions options) : core_(std::make_shared<Core>()) {
  core_->built_in = std::move(built_in);
  core_->wanted = engine->info();
  core_->segments = std::move(engine);
  core_->options = options;
  for (int i = 0; i < std::max(1, options.workers); ++i) core_->threads.emplace_back([core = core_] { Core::work(core); });
}

GuardedEngine::GuardedEngine(std::shared_ptr<const Engine> built_in, std::string instead_of, std::string problem) : core_(std::make_shared<Core>()) {
  core_->built_in = std::move(built_in);
  core_->wanted.name = std::move(instead_of);
  core_->wanted.tier = 2;
  core_->failed = core_->for_good = true;  // no streaming, no segments: nothing of it is ever tried
  core_->problem = std::move(problem);
}

GuardedEngine::~GuardedEngine() {
  bool hung = false;
  {
    const std::lock_guard lock(core_->mutex);
    core_->stopping = true;
    core_->jobs.clear();
    core_->jobs_changed.notify_all();
    hung = core_->for_good;
    core_->watcher = nullptr;
  }
  for (auto& t : core_->threads) {
    // A thread an engine never came back from cannot be joined.
    if (hung)
      t.detach();
    else
      t.join();
  }
  if (hung) core_->threads.clear();
}

std::unique_ptr<Recognizer> GuardedEngine::open() const {
  if (core_->streaming) return std::make_unique<GuardedStream>(core_);
  if (core_->segments) return std::make_unique<GuardedSegments>(core_);
  return core_->built_in->open();
}

const EngineInfo& GuardedEngine::info() const {
  const std::lock_guard lock(core_->mutex);
  return core_->failed ? core_->built_in->info() : core_->wanted;
}

base::Result<> GuardedEngine::refresh() const { return core_->built_in->refresh(); }

std::vector<std::pair<std::string, std::string>> GuardedEngine::phrases() const { return core_->built_in->phrases(); }

EngineState GuardedEngine::state() const {
  const std::lock_guard lock(core_->mutex);
  return core_->state_now();
}

void GuardedEngine::on_change(std::function<void(const EngineState&)> watcher) {
  const std::lock_guard lock(core_->mutex);
  core_->watcher = std::move(watcher);
}

int GuardedEngine::abandoned() const {
  // Those of closed streams are about to end.
  for (int i = 0; i < 200 && core_->pumps > core_->abandoned; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const std::lock_guard lock(core_->mutex);
  return core_->pumps + (core_->for_good && core_->segments ? core_->working : 0);
}

}  // namespace mamori::speech
