#pragma once
// The speech role: `mamori speech` listens on a Unix socket, the hub sends streams of sound, words and cues go back
// (docs/format/link.md, "Hub -> speech" and "Speech -> hub").
//
// Streams are spread over a fixed number of worker threads; a stream stays on one. Sound waiting for a worker is
// bounded per stream: when recognition falls behind, the oldest sound is dropped and a `lag` message says so. Whatever
// is wrong with one stream (a bad frame, another rate) closes that stream only.
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "link/frame.h"
#include "speech/engines.h"
#include "speech/recognizer.h"
#include "speech/voiceprint.h"

namespace mamori::speech {

struct SpeechOptions {
  std::string socket;     // Unix socket to listen on
  std::string model_dir;  // empty: default_model_dir()
  std::string phrases;    // empty: default_phrases()
  int workers = 0;        // 0: one per core, at most 16
  int max_streams = 256;
  EngineConfig engine;           // which engine writes the words; the built-in one stands behind it
  std::string own_words;         // the organisation's own words; looked at once a second, taken up without a restart
  std::string voiceprint_model;  // empty: no voiceprints, whoever asks
};

/// Sound waiting per stream before the oldest is dropped: 4 s.
inline constexpr std::size_t kMaxWaitingSamples = 32000;

/// The streams and their workers, without the socket. Thread-safe; `send` is called from worker threads, one message at
/// a time per stream, in order.
class StreamPool {
 public:
  using Send = std::function<void(const base::json::object&)>;
  /// `voices`: null where there are to be no voiceprints.
  StreamPool(const Engine& engine, int workers, int max_streams, Send send, std::shared_ptr<const VoiceprintModel> voices = nullptr);
  ~StreamPool();  // finishes nothing: pending sound is discarded; threads are joined
  StreamPool(const StreamPool&) = delete;
  StreamPool& operator=(const StreamPool&) = delete;

  void message(const base::json::object& message);  // open, close, ping; others are ignored
  void audio(link::Audio audio);
  void close_all();  // the hub is gone

 private:
  struct Stream;
  struct Worker;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs until SIGTERM or SIGINT. Returns the exit status.
int run_speech(const SpeechOptions& options);

}  // namespace mamori::speech
