// One side of a call as the media worker sees it: where it sends from, how its packets are numbered and heard.
// Used by one worker thread only.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <optional>
#include <span>

#include "telephony/codec.h"
#include "telephony/media/ports.h"
#include "telephony/rtp/stream.h"
#include "telephony/rtp/timeline.h"

namespace mamori::telephony {

// What the other side's description says.
struct RemoteAudio {
  sockaddr_in address{};  // RTP
  Codec codec = Codec::kPcmu;
  std::uint8_t payload = 0;
  std::optional<std::uint8_t> telephone_event;
  bool listens = true;  // false: it is on hold or receives nothing; we do not send
};

// Which source address a leg accepts (symmetric RTP with a lock). Behind NAT the address in the SDP is not where packets
// come from, so the first source is provisionally locked; the signalled address always wins; another source takes over only
// after the locked one was silent for 2 s and the new one sent five packets in a row. Pure.
class SourceLock {
 public:
  void signalled(const sockaddr_in& address);  // a new description: the lock opens if the address changed
  bool accept(const sockaddr_in& source, std::int64_t now);
  // Where to send.
  [[nodiscard]] const sockaddr_in& destination() const { return locked_ ? locked_address_ : signalled_; }

 private:
  sockaddr_in signalled_{};
  sockaddr_in locked_address_{};
  sockaddr_in candidate_{};
  int candidate_packets_ = 0;
  bool locked_ = false;
  std::int64_t last_heard_ = 0;
};

class Leg {
 public:
  explicit Leg(LegSockets sockets);
  Leg(const Leg&) = delete;
  Leg& operator=(const Leg&) = delete;
  ~Leg();

  void set_remote(const RemoteAudio& remote);
  void close_sockets();
  [[nodiscard]] bool open() const { return sockets_.rtp >= 0; }
  [[nodiscard]] const LegSockets& sockets() const { return sockets_; }
  // True when packets may be sent to it.
  [[nodiscard]] bool reachable() const { return open() && remote_ && remote_->listens; }
  [[nodiscard]] const std::optional<RemoteAudio>& remote() const { return remote_; }

  // Checks source and payload type, keeps the statistics and puts the voice on the time line. The codec of a voice packet, or
  // nothing: not voice, or not ours.
  struct Heard {
    bool voice = false;
    bool event = false;  // telephone-event
    Codec codec = Codec::kPcmu;
  };
  std::optional<Heard> hear(const RtpPacket& packet, const sockaddr_in& source, std::int64_t now);

  // Passes a packet of the other leg on: untouched when the codec is the same, else re-encoded.
  void forward(const RtpPacket& packet, const Heard& heard, std::int64_t now);
  // A frame of our own: exactly kFrameSamples.
  void send_frame(std::span<const std::int16_t> samples, std::int64_t now);
  void send_report(std::int64_t now);

  Timeline voice{4800};  // 600 ms
  [[nodiscard]] std::uint64_t refused_packets() const { return refused_; }

 private:
  void send(const Stamp& stamp, std::uint8_t payload_type, std::span<const std::uint8_t> payload);
  LegSockets sockets_;
  std::optional<RemoteAudio> remote_;
  SourceLock lock_;
  StreamClock clock_;
  Reception reception_;
  OutgoingStream out_;
  std::uint32_t sent_packets_ = 0;
  std::uint32_t sent_octets_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace mamori::telephony
