// Replays that people start from the screens: one at a time, each on its own threads, the newest ones kept in memory until the
// program ends. Thread-safe; nothing here blocks but the destructor.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "replay/run.h"

namespace mamori::replay {

struct RunState {
  std::string id;
  std::string by;
  base::UnixMillis from = 0;
  base::UnixMillis to = 0;
  base::json::object names;  // what is compared
  std::string state;         // running, done, cancelled, failed
  std::string error;         // in Japanese, of failed
  std::int64_t total = 0;
  std::int64_t done = 0;
  base::UnixMillis started_at = 0;
  base::UnixMillis ended_at = 0;         // 0: still running
  std::shared_ptr<const Report> report;  // of done
};

class Desk {
 public:
  Desk(store::Store& store, const base::Clock& clock) : store_(store), clock_(clock) {}
  // Cancels what runs, and waits for it.
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  // The new run's id. kConflict while another is running.
  base::Result<std::string> start(Plan plan);
  // Newest first.
  [[nodiscard]] std::vector<RunState> list() const;
  [[nodiscard]] std::optional<RunState> find(const std::string& id) const;
  // False when there is no such run, or it is over.
  bool cancel(const std::string& id);

 private:
  static constexpr std::size_t kKept = 10;
  struct Running {
    RunState state;
    Progress progress;
    std::thread thread;
  };
  static RunState seen(const Running& run);
  store::Store& store_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::list<std::unique_ptr<Running>> runs_;  // newest first
};

}  // namespace mamori::replay
