// The SIP stack (sofia-sip NUA) on a thread of its own: binding, the event loop, posting work to it, shutting down.
//
// Everything about dialogs happens on that thread and must never block: handler, tick and posted functions. Media is not
// sofia's business here: descriptions travel as plain payloads.
#pragma once

#include <sofia-sip/nua.h>
#include <sofia-sip/sip.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace mamori::telephony {

struct SipStackOptions {
  std::string address = "127.0.0.1";  // IPv4 to bind, UDP and TCP
  std::uint16_t port = 5060;          // 0: any free one
  std::string advertised;             // IPv4 that others reach us at; empty: `address`
  std::string user_agent = "Mamori";
};

struct SipEvent {
  nua_event_t event = nua_i_none;
  int status = 0;
  const char* phrase = "";
  nua_handle_t* handle = nullptr;  // may be null
  std::uintptr_t tag = 0;          // what nua_handle_bind() was given; 0: nothing
  const sip_t* sip = nullptr;      // may be null
  tagi_t* tags = nullptr;
  std::string source;  // of a request: IPv4 it came from; else empty
};

class SipStack {
 public:
  using Handler = std::function<void(const SipEvent&)>;
  // `tick` is called about every 50 ms. kUnavailable names the port when it is taken.
  static base::Result<std::unique_ptr<SipStack>> start(SipStackOptions options, Handler handler, std::function<void()> tick);
  ~SipStack();  // ends what is left (at most 3 s) and joins
  SipStack(const SipStack&) = delete;
  SipStack& operator=(const SipStack&) = delete;

  // Runs `work` on the stack's thread. Thread-safe, never waits.
  void post(std::function<void()> work);
  void stop();

  // For the stack's thread.
  [[nodiscard]] nua_t* nua() const;
  [[nodiscard]] std::uint16_t port() const;
  // "<sip:user@host:port>" with ;transport=tcp where the leg is TCP: each leg has its own Contact.
  [[nodiscard]] std::string contact(const std::string& user, bool tcp) const;
  [[nodiscard]] const std::string& host() const;

 private:
  struct Impl;
  explicit SipStack(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Text of a URL's user part, empty when there is none.
std::string user_of(const url_t* url);

}  // namespace mamori::telephony
