#pragma once
// An engine of the operator's, with the built-in one behind it.
//
// The built-in engine hears every stream too: it costs 1 % of a core, gives the phrases and the voice cues whatever engine
// writes the words, and is what a stream falls back to in the middle of a call. An engine that fails, hangs for `patience`,
// or does not keep up is replaced in every stream at its next sound; a watcher is told. What the failed engine still owed is
// written by the built-in one: words may come twice around the change, none are lost.
//
// Streaming engines run on a thread of their own per stream; segment engines get the segments the built-in one finds, on
// `workers` threads, and its words stand in until theirs come. Nothing here waits for an engine except Recognizer::finish
// (at most `patience`) and, with `wait`, accept. Thread-safe as Engine is.
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "speech/recognizer.h"
#include "speech/tier2.h"

namespace mamori::speech {

struct GuardOptions {
  std::chrono::milliseconds patience{1500};  // longest an engine may leave what it was given undone
  std::chrono::milliseconds retry{30'000};   // a failed one is tried again after this; a hung one never, its thread is lost
  int workers = 2;                           // threads for segments
  // For files: sound comes faster than it is spoken, so accept() waits for the engine instead of calling it slow.
  bool wait = false;
};

/// Which engine writes the words now.
struct EngineState {
  EngineInfo info;
  std::string instead_of;  // the engine that should; empty when it does
  std::string problem;     // why it does not, for people
};

class GuardedEngine final : public Engine {
 public:
  GuardedEngine(std::shared_ptr<const Engine> built_in, std::shared_ptr<const StreamingEngine> engine, GuardOptions options);
  GuardedEngine(std::shared_ptr<const Engine> built_in, std::shared_ptr<const SegmentEngine> engine, GuardOptions options);
  /// The built-in one alone, because the configured one could not be used at all.
  GuardedEngine(std::shared_ptr<const Engine> built_in, std::string instead_of, std::string problem);
  ~GuardedEngine() override;

  [[nodiscard]] std::unique_ptr<Recognizer> open() const override;
  [[nodiscard]] const EngineInfo& info() const override;  // of the one that writes the words now

  [[nodiscard]] base::Result<> refresh() const override;  // of the built-in one
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> phrases() const override;

  [[nodiscard]] EngineState state() const;
  /// Called on any thread, one at a time, in order, on every change. Set it before streams are opened.
  void on_change(std::function<void(const EngineState&)> watcher);
  /// Threads an engine has not come back from, after at most 2 s; ask when all streams are closed. When there are any, end the
  /// process without destructors.
  [[nodiscard]] int abandoned() const;

  struct Core;

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace mamori::speech
