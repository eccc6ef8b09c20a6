// The child's end of the link: listens on a Unix socket, serves one hub at a time, never blocks the sender.
//
// Used by the media and the speech role. Thread-safe: send() may be called from any thread; the handlers run on the
// server's own thread, one at a time. A new hub replaces the old one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "link/frame.h"

namespace mamori::link {

struct ServerOptions {
  std::string path;                         // Unix socket; an old file there is replaced, made with mode 0600
  std::string role;                         // "media" or "speech", sent in hello
  std::size_t max_queue_bytes = 64u << 20;  // audio waiting for the hub; beyond it the oldest audio is dropped
};

class Server {
 public:
  struct Handlers {
    std::function<void()> connected;  // after the hub's hello was accepted
    std::function<void()> disconnected;
    std::function<void(const base::json::object&)> message;
    std::function<void(Audio)> audio;
  };

  static base::Result<std::unique_ptr<Server>> listen(ServerOptions options, Handlers handlers);
  ~Server();  // closes, removes the socket file, joins
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Control messages wait in order with the audio; while no hub is connected they are dropped (a hub that comes back asks
  // for the state in its hello).
  void send(const base::json::object& message);
  // Audio is queued while the hub is slow or away, bounded by max_queue_bytes; the oldest goes first.
  void send(const Audio& audio);

  [[nodiscard]] bool hub_connected() const;
  // Audio dropped since the start, in samples.
  [[nodiscard]] std::uint64_t dropped_samples() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::link
