#include "replay/desk.h"

#include <algorithm>

#include "base/ids.h"

namespace mamori::replay {

Desk::~Desk() {
  for (auto& run : runs_) {
    run->progress.cancelled = true;
    if (run->thread.joinable()) run->thread.join();
  }
}

RunState Desk::seen(const Running& run) {
  auto state = run.state;
  state.total = run.progress.total;
  state.done = run.progress.done;
  return state;
}

base::Result<std::string> Desk::start(Plan plan) {
  const std::lock_guard lock(mutex_);
  if (!runs_.empty() && runs_.front()->state.ended_at == 0) return base::fail(base::ErrorCode::kConflict, "ほかの人が試しています。終わってから、もう一度お試しください");
  auto run = std::make_unique<Running>();
  run->state = {.id = base::new_id(), .by = plan.by, .from = plan.from, .to = plan.to, .names = plan.names, .state = "running", .error = "", .started_at = clock_.now()};
  auto* raw = run.get();
  const auto id = raw->state.id;
  runs_.push_front(std::move(run));
  while (runs_.size() > kKept) {
    runs_.back()->thread.join();  // it is over: only the newest may be running
    runs_.pop_back();
  }
  raw->thread = std::thread([this, raw, plan = std::move(plan)] {
    auto report = replay::run(store_, clock_, plan, raw->progress);
    const std::lock_guard ended(mutex_);
    raw->state.ended_at = clock_.now();
    raw->state.state = report ? "done" : raw->progress.cancelled ? "cancelled"
                                                                 : "failed";
    if (report)
      raw->state.report = std::make_shared<const Report>(std::move(*report));
    else
      raw->state.error = report.error().message;
  });
  return id;
}

std::vector<RunState> Desk::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<RunState> out;
  for (const auto& run : runs_) out.push_back(seen(*run));
  return out;
}

std::optional<RunState> Desk::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& run : runs_) {
    if (run->state.id == id) return seen(*run);
  }
  return std::nullopt;
}

bool Desk::cancel(const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (const auto& run : runs_) {
    if (run->state.id != id || run->state.ended_at != 0) continue;
    run->progress.cancelled = true;
    return true;
  }
  return false;
}

}  // namespace mamori::replay
