#pragma once
// From the configuration to an engine: which one, checked before it is trusted, the built-in one behind it.
#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "speech/built_in.h"
#include "speech/guard.h"

namespace mamori::speech {

/// One engine as configured ([speech] or [second_pass]; docs/operations.md).
struct EngineConfig {
  std::string engine = "built-in";  // "built-in", "sherpa-onnx", "websocket", "openai"
  std::string models_dir;           // where `mamori models` installs
  std::string engine_model;         // sherpa-onnx: an installed model's name, or a folder with a model.json
  std::string library;              // sherpa-onnx: path of libsherpa-onnx-c-api.so
  std::string vad, denoiser;        // sherpa-onnx, segments: likewise names or folders; empty: none
  std::string address;              // websocket, openai
  std::string remote_model;         // openai: the name the server knows
  std::string language = "ja";
  std::string api_key_file;  // one line; readable by its owner only
  std::string ca_file;
  int patience_ms = 1500;
  int threads = 1;  // of one recognition
  int workers = 2;  // segments recognised at once

  /// What it is, without secrets: two runs with the same text use the same engine.
  [[nodiscard]] std::string fingerprint() const;
};

/// The engine alone. For sherpa-onnx every file of the model is checked against its manifest first, and the manifest's engine
/// version against the library's. Errors say what to do.
struct SuppliedEngine {
  std::shared_ptr<const StreamingEngine> streaming;  // one of the two
  std::shared_ptr<const SegmentEngine> segments;
};
base::Result<SuppliedEngine> make_supplied(const EngineConfig& config);

/// Tries the engine in a process of its own: loads it and gives it a second of sound. A library that ends its process over a
/// broken model ends that one. Call before threads are started. For engines on other machines it does nothing: they may come
/// up later.
base::Result<> probe(const EngineConfig& config, std::chrono::seconds limit = std::chrono::seconds(120));

/// The configured engine with the built-in one behind it, or, with the reason in its state(), the built-in one alone. Fails
/// only when the built-in one cannot be loaded.
base::Result<std::unique_ptr<GuardedEngine>> make_engine(const EngineConfig& config, const BuiltInOptions& built_in, bool wait_for_engine);

/// Remembers on disk that an engine is in use, so that the process after a crash does not run into it again.
class CrashMark {
 public:
  /// `path`: a file of its own in the run folder.
  explicit CrashMark(std::string path) : path_(std::move(path)) {}
  /// True when the last run used the same engine, ended without clear(), and the machine has not been restarted since. The
  /// mark is gone then: the run after this one tries again.
  bool crashed_last_time(const std::string& fingerprint) const;
  void set(const std::string& fingerprint) const;
  void clear() const;

 private:
  std::string path_;
};

}  // namespace mamori::speech
