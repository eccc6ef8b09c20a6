// Writes the recordings of all calls, on the tap pump's thread.
//
// A recording that fails (disk full) stops for good; its call goes on. The next call tries again.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "telephony/media/tap.h"
#include "telephony/recording/wav_file.h"

namespace mamori::telephony {

struct Recorded {
  std::string call;
  std::string path;
  double seconds = 0;
  bool complete = true;  // false: it was stopped before the call ended
};

class Recorder final : public TapConsumer {
 public:
  // `finished` is called on the pump's thread when a recording is closed.
  Recorder(std::string folder, std::function<void(const Recorded&)> finished);

  void take(const TapBlock& block) override;
  void idle() override;

  [[nodiscard]] std::string path_of(std::string_view call) const;
  // "ok", or why recording is stopped ("stopped: disk full"). Thread-safe.
  [[nodiscard]] std::string health() const;

 private:
  struct Recording {
    std::unique_ptr<WavFile> file;  // null: could not be made, or was stopped
    std::int64_t frames = 0;
  };
  void begin(const TapBlock& block);
  void audio(const TapBlock& block);
  void end(const TapBlock& block);
  void stop(Recording& recording, const base::Error& error);
  void set_health(std::string text);

  std::string folder_;
  std::function<void(const Recorded&)> finished_;
  std::unordered_map<std::string, Recording> recordings_;
  std::chrono::steady_clock::time_point headers_at_{};
  mutable std::mutex mutex_;
  std::string health_ = "ok";
};

}  // namespace mamori::telephony
