#pragma once
// `mamori transcribe`: recordings in, what was said out. Documented in docs/speech.md.
#include <iosfwd>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "speech/engines.h"
#include "speech/recognizer.h"

namespace mamori::speech {

struct TranscribeOptions {
  std::vector<std::string> files;
  std::string format;     // "jsonl": one JSON object per line; empty: for reading
  std::string model_dir;  // empty: found beside the program (default_model_dir)
  std::string phrases;    // empty: found beside the program
  bool cues = false;      // with jsonl: also how it is said, twice a second
  EngineConfig engine;    // run_transcribe: which engine; the built-in one stands behind it
};

/// Where models/ctc-ja-8k and data/speech/phrases.tsv are: $MAMORI_DATA, else beside the program, else the source tree
/// it was built from, else /usr/share/mamori.
std::string default_model_dir();
std::string default_phrases();

/// Everything heard on one channel of a recording, in order of time.
struct Heard {
  std::string channel;  // "caller" (left), "agent" (right), "mono"
  Event event;
};

/// Names of the channels of a recording with that many: left is the caller, right the agent, as Mamori itself records.
std::vector<std::string> channel_names(std::size_t channels);

/// One JSON object: {"start","end","channel","text","phonemes","confidence","engine"[,"emotion"]} for a segment,
/// {"start","end","channel","phrase","category","score"} for a phrase, {"start","end","channel","arousal","shouting",...}
/// for a cue. Seconds, rounded to 10 ms.
base::json::object to_json(const Heard& heard);

/// Transcribes every file with `engine`. Results go to `out`, problems to `err`, each naming its file and reason. A
/// file that cannot be used does not stop the others. Returns 0, or 2 when any file could not be used.
int transcribe(const TranscribeOptions& options, const Engine& engine, std::ostream& out, std::ostream& err);

/// The same with the configured engine. Where the built-in one had to take its place, `err` says why and every line has the
/// name of the engine that wrote it. Returns 1 when the built-in model cannot be loaded.
int run_transcribe(const TranscribeOptions& options, std::ostream& out, std::ostream& err);
int run_transcribe(const TranscribeOptions& options);  // on standard output and standard error

}  // namespace mamori::speech
