// Judging a whole period again: reads past contacts in batches, on threads of its own that give way to everything else, with
// progress and cancelling. Memory is bounded by the batch and by report.h.
#pragma once

#include <atomic>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "flow/time_zone.h"
#include "replay/report.h"

namespace mamori::replay {

struct Plan {
  base::UnixMillis from = 0;  // of the beginning of a contact; `to` is exclusive
  base::UnixMillis to = 0;
  Side before;
  Side after;
  // For the journal: who, and what is compared.
  std::string by;
  base::json::object names;
  unsigned workers = 2;
  flow::TimeZone zone = {};  // of the organisation, for rules with hours
};

struct Progress {
  std::atomic<std::int64_t> total{0};
  std::atomic<std::int64_t> done{0};
  std::atomic<bool> cancelled{false};  // set by whoever wants it to stop
};

// Blocks. Before anything is read, the journal says who reads the words of which period and why; if that cannot be written,
// nothing is read. kConflict when cancelled.
base::Result<Report> run(store::Store& store, const base::Clock& clock, const Plan& plan, Progress& progress);

}  // namespace mamori::replay
