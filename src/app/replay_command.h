// mamori replay: what would other criteria or other action rules have made of a past period? (docs/operations.md)
#pragma once

#include <string>

#include "app/config.h"
#include "base/clock.h"

namespace mamori::app {

struct ReplayOptions {
  std::string criteria = "in_force";  // in_force, a version's number, preset:ID, or a file
  std::string policy = "in_force";
  std::string against_criteria = "in_force";  // also "recorded": what was judged at the time
  std::string against_policy = "in_force";
  std::string from;  // YYYY-MM-DD in the time zone of the organisation; included
  std::string to;    // included
  unsigned workers = 2;
  bool json = false;
  bool list = false;  // also every contact that comes to something else
};

// Exit status: 0, or 1 when it cannot be done.
int run_replay(const Config& config, const ReplayOptions& options);

}  // namespace mamori::app
