#pragma once
// What an engine supplied by the operator offers, before it is trusted: it may fail, be slow, or hang. GuardedEngine
// (guard.h) makes a speech::Engine of it, with the built-in one behind it.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "speech/recognizer.h"

namespace mamori::speech {

/// One stream of an engine that hears while the caller speaks. One thread at a time. After an error it is of no more use.
class StreamingSession {
 public:
  virtual ~StreamingSession() = default;
  /// 8 kHz mono. Appends Partial and Final; seconds from the session's first sample.
  virtual base::Result<> accept(std::span<const audio::Sample> pcm, std::vector<Event>& out) = 0;
  /// No more sound comes: what is pending comes out.
  virtual base::Result<> finish(std::vector<Event>& out) = 0;
};

/// Thread-safe.
class StreamingEngine {
 public:
  virtual ~StreamingEngine() = default;
  [[nodiscard]] virtual const EngineInfo& info() const = 0;
  [[nodiscard]] virtual base::Result<std::unique_ptr<StreamingSession>> open() const = 0;
};

struct SegmentText {
  std::string text;        // UTF-8; empty: nothing was said
  double confidence = -1;  // 0..1; below 0: the engine gives none
  std::string emotion;     // "angry", "happy", "sad", "fearful", "disgusted", "surprised"; empty: neutral or unknown
};

/// An engine that takes a whole segment (up to about 13 s) at once. Thread-safe.
class SegmentEngine {
 public:
  virtual ~SegmentEngine() = default;
  [[nodiscard]] virtual const EngineInfo& info() const = 0;
  [[nodiscard]] virtual base::Result<SegmentText> transcribe(std::span<const audio::Sample> pcm) const = 0;
};

}  // namespace mamori::speech
