// The media workers: own RTP on threads of their own, away from signalling.
//
// Commands go in as messages and events come out as calls on a worker's thread (hand them on; do not work there). A session
// number is never used twice, so a message for a call that is over finds nothing and is dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "telephony/media/bridge.h"

namespace mamori::telephony {

using SessionId = std::uint64_t;

struct SetRemote {
  SessionId session = 0;
  Side side = Side::kCaller;
  RemoteAudio remote;
};
struct StartRecording {
  SessionId session = 0;
};
struct Play {
  SessionId session = 0;
  PlayMode mode = PlayMode::kWarn;
  std::string name;
  Prompt prompt;
};
struct CloseSession {
  SessionId session = 0;
};
struct OpenSession {
  SessionId session = 0;
  std::string call;
  LegSockets caller;
  LegSockets agent;
};
using MediaCommand = std::variant<OpenSession, SetRemote, StartRecording, Play, CloseSession>;

struct MediaEvent {
  enum class Kind : std::uint8_t { kPromptStarted,
                                   kPromptFinished,
                                   kPromptInterrupted,
                                   kClosed };
  Kind kind = Kind::kClosed;
  SessionId session = 0;
  std::string call;
  std::string prompt;
  std::uint16_t caller_port = 0;  // with kClosed: free again
  std::uint16_t agent_port = 0;
};

struct EngineOptions {
  unsigned workers = 1;
  std::function<Taps(unsigned worker)> taps;
  std::function<void(const MediaEvent&)> event;
};

class MediaEngine {
 public:
  static base::Result<std::unique_ptr<MediaEngine>> start(EngineOptions options);
  ~MediaEngine();  // closes every session
  MediaEngine(const MediaEngine&) = delete;
  MediaEngine& operator=(const MediaEngine&) = delete;

  // Takes the sockets over. Thread-safe, as send() is.
  SessionId open(std::string call, LegSockets caller, LegSockets agent);
  void send(MediaCommand command);
  // Closes every session and joins the workers.
  void stop();

 private:
  class Worker;
  MediaEngine();
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<SessionId> next_{1};
};

}  // namespace mamori::telephony
