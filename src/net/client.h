// The other direction: Mamori asks. HTTP/1.1 and WebSocket with TLS, for speech engines on another machine and for models
// an administrator wants installed.
//
// Blocking, and bounded: every call ends by its deadline, whatever the other side does, and keeps no more than it was
// allowed to. Each object belongs to one thread at a time. TLS certificates are checked against the name in the address.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mamori::net {

struct Url {
  bool tls = false;
  std::string host;    // a name or an IP address, without brackets
  std::string port;    // decimal
  std::string target;  // "/path?query", at least "/"

  [[nodiscard]] std::string authority() const;  // for the Host header
};

// http, https, ws and wss. Refuses other schemes, user names, spaces and control characters, fragments and ports out of
// range: an address is typed by a person or comes from another server. At most 2,000 bytes.
base::Result<Url> parse_url(std::string_view text);

struct ClientOptions {
  std::string ca_file;                   // PEM; empty: the system's
  std::chrono::milliseconds timeout{0};  // for all of it, connecting included; must be set
  std::size_t max_body = 1u << 20;       // a longer answer is an error (fetch)
  std::chrono::milliseconds idle{0};     // longest silence within a body (download); 0: the body too is within `timeout`
  // Set by another thread: nobody waits for the answer any more, the call ends within half a second as if out of time.
  const std::atomic<bool>* given_up = nullptr;
};

struct ClientRequest {
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct ClientResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  [[nodiscard]] std::string header(const std::string& lower_name) const;
};

// One request, one answer, one connection. An answer of any status is a result; errors are what kept it from coming
// (kUnavailable: not reached, cut, or not in time; kResourceExhausted: longer than max_body; kPermissionDenied: the
// certificate). Messages name the host, never headers or bodies.
base::Result<ClientResponse> fetch(const Url& url, const ClientRequest& request, const ClientOptions& options);

// The same for a long body, given to `piece` as it comes (at most 64 KiB each). `head` sees status and headers first. Either
// may end it with an error, which is returned. With `idle`, `timeout` is for everything up to the head.
base::Result<> download(const Url& url, const ClientRequest& request, const ClientOptions& options,
                        const std::function<base::Result<>(const ClientResponse&)>& head,
                        const std::function<base::Result<>(std::string_view)>& piece);

class WebSocketClient {
 public:
  static base::Result<std::unique_ptr<WebSocketClient>> connect(const Url& url, const std::vector<std::pair<std::string, std::string>>& headers, const ClientOptions& options);
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  // After an error nothing more can be sent or received.
  base::Result<> send_text(std::string_view text, std::chrono::milliseconds timeout);
  base::Result<> send_binary(std::string_view bytes, std::chrono::milliseconds timeout);
  // The next message, at most `max_body` bytes.
  base::Result<std::string> receive(std::chrono::milliseconds timeout);

 private:
  struct Impl;
  explicit WebSocketClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::net
