#include "flow/local_time.h"

#include <ctime>

namespace mamori::flow {

policy::LocalTime local_time(base::UnixMillis at) {
  const std::time_t seconds = at / 1000;
  std::tm tm{};
  localtime_r(&seconds, &tm);
  return {tm.tm_hour * 60 + tm.tm_min, (tm.tm_wday + 6) % 7};
}

}  // namespace mamori::flow
