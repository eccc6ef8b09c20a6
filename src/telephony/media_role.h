// The media role: SIP, RTP, recording and announcements in one process, steered over the link (docs/format/link.md).
//
// It fails open: calls, recordings and announcements go on when the hub is slow, dead or never came.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "telephony/number.h"

namespace mamori::telephony {

struct MediaOptions {
  std::string run_dir;                    // media.sock is made here
  std::string recordings_dir;             // <call>.wav and <call>.peaks; made when absent
  std::string sip_address = "127.0.0.1";  // IPv4 to bind SIP and RTP
  std::uint16_t sip_port = 5060;          // UDP and TCP; 0: any free one
  std::string advertised_address;         // IPv4 in Contact and SDP; empty: sip_address
  std::uint16_t rtp_port_min = 20000;
  std::uint16_t rtp_port_max = 29999;  // four ports per call
  std::vector<Route> routes;
  std::size_t max_calls = 300;             // beyond: 503 with Retry-After
  unsigned workers = 0;                    // media threads; 0: one per two cores
  std::vector<std::string> trusted_peers;  // IPv4 addresses and blocks that may call; empty: anyone
  std::chrono::seconds ring_timeout{90};
  std::chrono::milliseconds port_rest{10000};
};

// The running role; run_media() wraps it. All members are thread-safe.
class MediaRole {
 public:
  // Repairs recordings a crash left, then opens link, SIP and media. An error names what is wrong and what to do
  // (kUnavailable: a port is taken; kInvalidArgument: an option).
  static base::Result<std::unique_ptr<MediaRole>> start(const MediaOptions& options);
  ~MediaRole();  // ends every call with BYE, finishes the recordings
  MediaRole(const MediaRole&) = delete;
  MediaRole& operator=(const MediaRole&) = delete;

  void drain();                        // no new calls; also what the hub's `drain` does
  [[nodiscard]] bool drained() const;  // drain was asked and the last call is over
  [[nodiscard]] std::size_t calls() const;
  [[nodiscard]] std::uint16_t sip_port() const;

 private:
  struct Impl;
  explicit MediaRole(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The process `mamori media`: runs until it has drained. The first SIGTERM or SIGINT drains, the second ends every call.
// Call it before any other thread is started (it blocks these signals). Ignores SIGPIPE and SIGXFSZ.
base::Result<> run_media(const MediaOptions& options);

}  // namespace mamori::telephony
