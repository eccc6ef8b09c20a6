// The wall clock of this machine's time zone, for rules that hold in certain hours. Thread-safe.
#pragma once

#include "base/clock.h"
#include "policy/policy.h"

namespace mamori::flow {

policy::LocalTime local_time(base::UnixMillis at);

// Midnight of the day that is so many days before the day of `at`.
base::UnixMillis local_midnight(base::UnixMillis at, int days_before);

}  // namespace mamori::flow
