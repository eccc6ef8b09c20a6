// A telephone in software: places or answers one call, says what it is given, keeps what it hears.
//
// For scenes (`mamori scene play`: caller and agent in one process), end-to-end tests and measuring. Registers nowhere.
// G.711, UDP or TCP, one call in its life. All members are thread-safe; nothing blocks but wait_for() and the destructor.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "telephony/codec.h"

namespace mamori::telephony {

// What to do with an incoming call.
enum class PhoneManner : std::uint8_t { kAnswer,
                                        kBusy,
                                        kRing };

struct SoftphoneOptions {
  std::string address = "127.0.0.1";  // IPv4, for SIP and RTP
  std::uint16_t port = 0;             // SIP; 0: any free one
  std::string user = "phone";         // a number or a name
  bool tcp = false;
  std::vector<Codec> codecs = {Codec::kPcmu, Codec::kPcma};
  PhoneManner manner = PhoneManner::kAnswer;
  std::chrono::milliseconds answer_after{0};
};

// 8 kHz mono, to be said from `at` seconds after the answer on. Where segments overlap the later one in the list is said;
// where there is none, silence is sent.
struct SpeechSegment {
  double at = 0;
  std::vector<std::int16_t> samples;
};

struct PhoneEvent {
  enum class Kind : std::uint8_t { kIncoming,
                                   kRinging,
                                   kAnswered,
                                   kEnded,
                                   kFailed };
  Kind kind = Kind::kEnded;
  std::chrono::steady_clock::time_point at{};
  int status = 0;      // SIP status with kFailed
  std::string caller;  // user part of From, with kIncoming
};

struct HeardAudio {
  std::vector<std::int16_t> samples;  // 8 kHz, from the answer on, placed by arrival and RTP timestamp
  std::uint64_t packets = 0;
  std::uint64_t sequence_breaks = 0;   // packets whose sequence number was not the next
  std::uint64_t timestamp_breaks = 0;  // ... whose timestamp was not the next while the sequence number was
  std::uint32_t sources = 0;           // different SSRCs
  double longest_gap_ms = 0;           // between arrivals
};

class Softphone {
 public:
  // kUnavailable when the port is taken.
  static base::Result<std::unique_ptr<Softphone>> start(SoftphoneOptions options);
  ~Softphone();  // hangs up
  Softphone(const Softphone&) = delete;
  Softphone& operator=(const Softphone&) = delete;

  // "sip:user@address:port": where this phone is called.
  [[nodiscard]] std::string uri() const;
  void dial(std::string uri);
  void hang_up();  // BYE or CANCEL
  // re-INVITE with a=sendonly and back.
  void hold(bool on);
  // Replaces what is said. May be given before the call or during it.
  void say(std::vector<SpeechSegment> segments);

  // The first event of this kind, waiting for it at most so long.
  std::optional<PhoneEvent> wait_for(PhoneEvent::Kind kind, std::chrono::milliseconds timeout);
  [[nodiscard]] std::vector<PhoneEvent> events() const;
  [[nodiscard]] HeardAudio heard() const;

 private:
  struct Impl;
  explicit Softphone(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::telephony
