// The exchange: a back-to-back user agent between trunk (callers) and phones (agents). Admits calls, dials the agent the
// routes say, relays what the agent's side answers, and carries out commands. One call is one CallRecord driven by the table
// in call.h; its media live in the MediaEngine.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "telephony/call.h"
#include "telephony/media/engine.h"
#include "telephony/number.h"

namespace mamori::telephony {

struct ExchangeOptions {
  std::string address = "127.0.0.1";  // to bind SIP and RTP
  std::uint16_t port = 5060;          // UDP and TCP
  std::string advertised;             // address others reach us at; empty: `address`
  std::uint16_t rtp_first = 20000;
  std::uint16_t rtp_last = 29999;
  std::vector<Route> routes;
  std::vector<std::string> trusted_peers;  // empty: anyone; else addresses and blocks, others get 403
  std::size_t max_calls = 300;
  std::chrono::seconds ring_timeout{90};
  std::chrono::milliseconds port_rest{10000};
};

// Every change of a call, as the link's `call` message has it.
struct CallReport {
  std::string call;
  std::string state;  // to_id(CallState), or "refused"
  std::string caller;
  std::string callee;
  std::string agent;   // user the call went to; empty before
  std::string reason;  // of the end: "caller", "agent", "cut", "announcement", "no_answer", "failed:486", "blocked", ...
  bool recorded = false;
  base::UnixMillis at = 0;
};

enum class CallCommand : std::uint8_t { kWarn,
                                        kAnnounce,
                                        kReleaseAgent,
                                        kCut };

class Exchange {
 public:
  // Called on the SIP thread: hand on, do not work.
  using Report = std::function<void(const CallReport&)>;
  using Done = std::function<void(base::Result<>)>;

  static base::Result<std::unique_ptr<Exchange>> start(ExchangeOptions options, MediaEngine& engine, Report report);
  ~Exchange();  // stop()

  // All thread-safe; none waits.
  void set_blocklist(std::unordered_set<std::string> numbers);
  // `prompt` may be null only for kCut. `done` is called on the SIP thread: kNotFound, kConflict (state), or carried out, that
  // is: the BYEs are with the stack, the playing is with the media worker.
  void command(std::string call, CallCommand command, std::string prompt_name, Prompt prompt, Done done);
  void on_media(MediaEvent event);
  void list(std::function<void(std::vector<CallReport>)> done);
  void drain();  // no new calls
  // Ends every call with BYE and the stack with it. Afterwards the others may still be called and do nothing.
  void stop();
  [[nodiscard]] std::size_t calls() const;
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Impl;
  explicit Exchange(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::telephony
