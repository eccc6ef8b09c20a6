#include "replay/run.h"

#include <sys/resource.h>

#include <algorithm>
#include <future>
#include <mutex>
#include <thread>

namespace mamori::replay {
namespace {

using base::ErrorCode;

constexpr int kBatch = 32;  // contacts: some 100 KB of words
constexpr int kNice = 10;   // live calls are judged first

base::Result<> tell_the_journal(store::Store& store, const base::Clock& clock, const Plan& plan, std::int64_t contacts) {
  std::promise<base::Result<std::int64_t>> promise;
  auto kept = promise.get_future();
  store::Write write;
  base::json::object facts{{"by", plan.by}, {"from", plan.from}, {"to", plan.to}, {"contacts", contacts}};
  for (const auto& [key, value] : plan.names) facts[key] = value;
  write.entries.push_back({"", clock.now(), "replay", std::move(facts), {}});
  write.done = [&promise](base::Result<std::int64_t> r) { promise.set_value(std::move(r)); };
  store.journal().submit(std::move(write));
  const auto done = kept.get();  // the journal answers when it is written, refused, or when it stops
  if (!done) return base::fail(ErrorCode::kUnavailable, "記録簿に書き込めないため、過去の応対を読めません");
  return {};
}

}  // namespace

base::Result<Report> run(store::Store& store, const base::Clock& clock, const Plan& plan, Progress& progress) {
  auto total = store.count_past(plan.from, plan.to);
  if (!total) return base::fail(total.error());
  progress.total = *total;
  if (auto ok = tell_the_journal(store, clock, plan, *total); !ok) return base::fail(ok.error());

  const bool same_judge = same_criteria(plan.before, plan.after);
  std::mutex mutex;  // over cursor, report, failure
  store::PastCursor cursor;
  bool over = false;
  Report report;
  base::Result<> failure;
  const LocalTime local_time = [&](base::UnixMillis at) { return plan.zone.local_time(at); };
  const auto work = [&] {
    // On Linux the calling thread alone.
    (void)setpriority(PRIO_PROCESS, 0, kNice);
    Report own;
    while (!progress.cancelled) {
      store::PastCursor from;
      std::vector<store::ContactRow> rows;
      {
        const std::lock_guard lock(mutex);
        if (over) break;
        auto batch = store.past_rows(plan.from, plan.to, cursor, kBatch);
        if (!batch) {
          failure = base::fail(batch.error());
          over = true;
          break;
        }
        rows = std::move(*batch);
        over = rows.size() < kBatch;
        if (!rows.empty()) cursor = {rows.back().started_at, rows.back().id};
      }
      for (auto& row : rows) {
        if (progress.cancelled) break;
        auto past = store.past(std::move(row));
        if (!past) {
          const std::lock_guard lock(mutex);
          failure = base::fail(past.error());
          over = true;
          break;
        }
        if (can_be_judged(*past)) {
          auto both = judge_both(*past, plan.before, plan.after, same_judge, local_time);
          own.add(*past, std::move(both.before), std::move(both.after));
        } else {
          own.add_unreadable();
        }
        ++progress.done;
      }
    }
    const std::lock_guard lock(mutex);
    report.merge(std::move(own));
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < std::max(1u, plan.workers); ++i) workers.emplace_back(work);
  }
  if (!failure) return base::fail(failure.error());
  if (progress.cancelled) return base::fail(ErrorCode::kConflict, "途中でやめました");
  report.finish(plan.after.policy);
  return report;
}

}  // namespace mamori::replay
