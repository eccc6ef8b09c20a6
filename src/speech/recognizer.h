#pragma once
// What every speech engine of Mamori looks like: sound in, events out, while the caller is still speaking.
//
// An Engine is loaded once, immutable and thread-safe. A Recognizer belongs to one stream and one thread at a time.
// The events of a stream do not depend on how its sound was cut into chunks (cues and words may interleave differently).
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "audio/pcm.h"
#include "base/result.h"
#include "speech/voice_cue.h"

namespace mamori::speech {

/// Words so far of a segment that goes on; replaces the segment's last partial. Seconds from the stream's position 0.
struct Partial {
  int segment = 0;
  double start = 0;
  double end = 0;
  std::string text;
};

/// A finished segment: a stretch of speech between pauses, at most about 12 s.
struct Final {
  int segment = 0;
  double start = 0;
  double end = 0;
  std::string text;
  std::string phonemes;   // space-separated, as heard before words were looked for
  double confidence = 0;  // 0..1
  std::string engine;
  std::string reading;  // the text in katakana, as it was spoken; empty when the engine gives none
  std::string emotion;  // as heard by an engine that hears it: "angry", ...; empty: none. A cue, never a verdict
};

/// A phrase heard in the sound itself. `score` is 0..1, 0.5 being the phrase's threshold.
struct Spotted {
  double start = 0;
  double end = 0;
  std::string phrase;
  std::string category;
  double score = 0;
};

using Event = std::variant<Partial, Final, Spotted, Cue>;

class Recognizer {
 public:
  virtual ~Recognizer() = default;
  /// 8 kHz mono. Appends what is new.
  virtual void accept(std::span<const audio::Sample> pcm, std::vector<Event>& out) = 0;
  /// Sound is missing here (lost or dropped): what was pending is finished, time goes on by `samples`.
  virtual void skip(std::uint64_t samples, std::vector<Event>& out) = 0;
  /// The stream ends. Nothing may be accepted afterwards.
  virtual void finish(std::vector<Event>& out) = 0;
};

struct EngineInfo {
  std::string name;  // stands in every final
  int tier = 1;      // 1 built in, 2 supplied by the operator
  std::string model;
  std::string licence;
};

class Engine {
 public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual std::unique_ptr<Recognizer> open() const = 0;
  [[nodiscard]] virtual const EngineInfo& info() const = 0;
  /// Takes up what the organisation has changed since (its own words); cheap when nothing has. Thread-safe. Streams use
  /// it from their next segment on. What is wrong with the change is returned, and the old words stay.
  [[nodiscard]] virtual base::Result<> refresh() const { return {}; }
  /// The phrases it listens for, each with its category; none for an engine that does no spotting.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> phrases() const { return {}; }
};

}  // namespace mamori::speech
