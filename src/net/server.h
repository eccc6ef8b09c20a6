// HTTP/1.1, WebSocket and TLS on Boost.Beast. The only place that includes Beast.
//
// Thread-safe. Handlers run on worker threads and may block. Bounds: header 16 KiB, body 1 MiB, 1,000 connections, 30 s to
// send a request, 256 messages waiting per WebSocket (a slower reader is closed; it reconnects and gets a fresh snapshot).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace mamori::net {

struct ServerOptions {
  std::string address = "127.0.0.1";
  unsigned short port = 8080;  // 0: any free port (tests)
  std::string certificate;     // PEM chain; empty: plain HTTP
  std::string private_key;     // PEM
  std::string static_dir;      // the built web UI; unknown paths outside /api give its index.html
  int workers = 4;
};

class Server {
 public:
  struct LiveFeed {
    std::string path;  // "/api/v1/live"
    // Decides on a worker thread who may listen: an empty string refuses (401); else the role, given to `snapshot`.
    std::function<std::string(const Request&)> admit;
    std::function<std::string(const std::string& role)> snapshot;  // the first message
  };

  static base::Result<std::unique_ptr<Server>> start(ServerOptions options, Router router, LiveFeed feed);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Sends `message` to every live listener. Never blocks.
  void broadcast(std::string message);
  [[nodiscard]] unsigned short port() const;
  [[nodiscard]] std::size_t listeners() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::net
