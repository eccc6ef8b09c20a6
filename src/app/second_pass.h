// The second pass: after a call its recording is transcribed again by a better engine (configuration [second_pass]).
//
// In a process of its own (`mamori transcribe --with second_pass`), one at a time, at the lowest priority and within a time
// limit: whatever that engine does, calls and the live recogniser do not notice. add() from any thread; `done` is called on
// the worker's thread. What waits when the hub stops is not done any more.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "contact/event.h"

namespace mamori::app {

struct SecondPassResult {
  std::string contact;
  std::vector<contact::Utterance> utterances;
  std::string engine;  // of the last utterance: which one it was in the end
  std::int64_t took_ms = 0;
  std::string error;  // for people; empty when it was done
};

// One line of `mamori transcribe --format jsonl`. Nothing for a line that is no utterance (a spotted phrase).
base::Result<std::vector<contact::Utterance>> read_transcript(const std::string& jsonl);

class SecondPass {
 public:
  struct Options {
    std::vector<std::string> command;  // the recording's path is added
    std::string log_path;              // where its standard error goes
    int limit_s = 3600;
  };
  SecondPass(Options options, std::function<void(SecondPassResult)> done);
  ~SecondPass();  // ends the one that runs
  SecondPass(const SecondPass&) = delete;
  SecondPass& operator=(const SecondPass&) = delete;

  void add(std::string contact, std::string recording);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::app
