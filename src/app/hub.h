// mamori serve: the hub. Wires store, judge, policy, flow, web and the links to media and speech, and runs until told to stop.
#pragma once

#include "app/config.h"
#include "base/result.h"

namespace mamori::app {

struct HubOptions {
  Config config;
  std::string executable;      // to start the children with
  bool start_children = true;  // false: somebody else runs media and speech
  bool narrate = false;        // what is heard, judged and done, line by line on standard output
  bool demo = false;           // play the scenes once everything is up
};

// Returns the exit status. Errors that prevent the start are printed on standard error for the administrator.
int run_hub(const HubOptions& options);

}  // namespace mamori::app
