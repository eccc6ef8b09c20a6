#include "flow/local_time.h"

#include <ctime>

namespace mamori::flow {

policy::LocalTime local_time(base::UnixMillis at) {
  const std::time_t seconds = at / 1000;
  std::tm tm{};
  localtime_r(&seconds, &tm);
  return {tm.tm_hour * 60 + tm.tm_min, (tm.tm_wday + 6) % 7};
}

base::UnixMillis local_midnight(base::UnixMillis at, int days_before) {
  const std::time_t seconds = at / 1000;
  std::tm tm{};
  localtime_r(&seconds, &tm);
  tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
  tm.tm_mday -= days_before;  // mktime puts it in order
  tm.tm_isdst = -1;
  return static_cast<base::UnixMillis>(std::mktime(&tm)) * 1000;
}

}  // namespace mamori::flow
