// The time zone of the organisation, for rules that hold in certain hours and for days and weeks as people count them,
// whatever the clock of the server is set to. Time zones and their changes of clock come with ICU.
//
// A value, cheap to copy; thread-safe.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "policy/policy.h"

namespace mamori::flow {

class TimeZone {
 public:
  // UTC.
  TimeZone();
  // By its IANA name, e.g. "Asia/Tokyo". kInvalidArgument when there is no such zone.
  static base::Result<TimeZone> named(const std::string& name);

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] policy::LocalTime local_time(base::UnixMillis at) const;
  // Midnight of the day that is so many days before the day of `at`; where the clock skips it, the first moment after.
  [[nodiscard]] base::UnixMillis midnight(base::UnixMillis at, int days_before) const;
  // The midnight with which a day begins, "2026-11-24". kInvalidArgument, in Japanese and English, when there is no such day.
  [[nodiscard]] base::Result<base::UnixMillis> midnight_of(const std::string& day) const;

 private:
  struct Zone;
  explicit TimeZone(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}
  std::shared_ptr<const Zone> zone_;
};

}  // namespace mamori::flow
