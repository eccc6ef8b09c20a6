#include "flow/time_zone.h"

#include <charconv>
#include <chrono>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

namespace mamori::flow {

using base::ErrorCode;
using base::UnixMillis;

namespace {

constexpr UnixMillis kDay = 24LL * 3600 * 1000;

// The day of the time line that holds `at`, days since 1970-01-01; also before it.
UnixMillis day_of(UnixMillis at) { return at >= 0 ? at / kDay : -((-at + kDay - 1) / kDay); }

}  // namespace

struct TimeZone::Zone {
  std::string name;
  std::unique_ptr<const icu::TimeZone> rules;

  // What has to be added to `at` to read the clock; `local`: `at` is what the clock shows.
  [[nodiscard]] UnixMillis offset(UnixMillis at, bool local) const {
    std::int32_t standard = 0;
    std::int32_t summer = 0;
    UErrorCode error = U_ZERO_ERROR;
    rules->getOffset(static_cast<UDate>(at), local, standard, summer, error);
    return U_SUCCESS(error) ? standard + summer : 0;
  }
  [[nodiscard]] UnixMillis begin_of(UnixMillis day) const { return day * kDay - offset(day * kDay, true); }
};

TimeZone::TimeZone() : TimeZone(std::make_shared<const Zone>(Zone{"UTC", std::unique_ptr<const icu::TimeZone>(icu::TimeZone::getGMT()->clone())})) {}

base::Result<TimeZone> TimeZone::named(const std::string& name) {
  const auto id = icu::UnicodeString::fromUTF8(name);
  icu::UnicodeString canonical;
  UBool known = false;
  UErrorCode error = U_ZERO_ERROR;
  icu::TimeZone::getCanonicalID(id, canonical, known, error);
  if (U_FAILURE(error) || !known) return base::fail(ErrorCode::kInvalidArgument, "there is no time zone \"" + name + "\"; its IANA name is needed, e.g. \"Asia/Tokyo\"");
  return TimeZone(std::make_shared<const Zone>(Zone{name, std::unique_ptr<const icu::TimeZone>(icu::TimeZone::createTimeZone(id))}));
}

const std::string& TimeZone::name() const { return zone_->name; }

policy::LocalTime TimeZone::local_time(UnixMillis at) const {
  const auto shown = at + zone_->offset(at, false);
  const auto day = day_of(shown);
  // 1970-01-01 was a Thursday, 3 from Monday on.
  return {static_cast<int>((shown - day * kDay) / 60'000), static_cast<int>(((day + 3) % 7 + 7) % 7)};
}

UnixMillis TimeZone::midnight(UnixMillis at, int days_before) const { return zone_->begin_of(day_of(at + zone_->offset(at, false)) - days_before); }

base::Result<UnixMillis> TimeZone::midnight_of(const std::string& day) const {
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = -1;
    const auto* end = day.data() + at + digits;
    const auto read = std::from_chars(day.data() + at, end, value);
    return read.ec == std::errc() && read.ptr == end ? value : -1;
  };
  if (day.size() == 10 && day[4] == '-' && day[7] == '-') {
    const int y = number(0, 4);
    const int m = number(5, 2);
    const int d = number(8, 2);
    const std::chrono::year_month_day date{std::chrono::year(y), std::chrono::month(static_cast<unsigned>(m)), std::chrono::day(static_cast<unsigned>(d))};
    if (y >= 0 && m >= 0 && d >= 0 && date.ok()) return zone_->begin_of(std::chrono::sys_days(date).time_since_epoch().count());
  }
  return base::fail(ErrorCode::kInvalidArgument, "日付は 2026-11-24 のように書いてください / a date is written 2026-11-24: " + day);
}

}  // namespace mamori::flow
