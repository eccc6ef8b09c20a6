// One thread that does jobs one after another, in the order they came, at most so many waiting. For work that must not hold
// anybody up and of which the newest may be passed over when too much of it waits.
//
// add() from any thread; `work` runs on the worker's thread. When the worker is destroyed, the job that runs is waited for (it
// sees stopping()), and what still waits is dropped.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace mamori::base {

template <typename Job>
class Worker {
 public:
  Worker(std::size_t most_waiting, std::function<void(Job)> work) : most_waiting_(most_waiting), work_(std::move(work)), thread_([this] { run(); }) {}
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // False, and the job is not done, when `most_waiting` others wait or the worker is being stopped.
  bool add(Job job) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || waiting_.size() >= most_waiting_) return false;
      waiting_.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
  }

  // For long work to look at, and for what takes a flag to give up by.
  [[nodiscard]] const std::atomic<bool>& stopping() const { return stopping_; }

  // Waits for the job that runs. Not from the worker's own thread; a second time it does nothing.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    while (true) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      Job job = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      work_(std::move(job));
    }
  }

  const std::size_t most_waiting_;
  const std::function<void(Job)> work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> waiting_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace mamori::base
