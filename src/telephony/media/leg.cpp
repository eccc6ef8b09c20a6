#include "telephony/media/leg.h"

#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "telephony/rtp/rtcp.h"

namespace mamori::telephony {
namespace {

constexpr std::int64_t kSilentLock = 2 * kSampleRate;
constexpr int kTakeoverPackets = 5;
constexpr std::uint64_t kNtpEpoch = 2208988800u;  // seconds from 1900 to 1970

bool same(const sockaddr_in& a, const sockaddr_in& b) {
  return a.sin_port == b.sin_port && a.sin_addr.s_addr == b.sin_addr.s_addr;
}

// SSRC, first sequence number and timestamp are random (RFC 3550 section 5.1).
OutgoingStream random_stream() {
  std::array<std::uint32_t, 3> r{};
  if (getrandom(r.data(), sizeof r, 0) != static_cast<ssize_t>(sizeof r)) r = {0x6d616d6f, 1, 1};
  return {r[0], static_cast<std::uint16_t>(r[1]), r[2]};
}

}  // namespace

void SourceLock::signalled(const sockaddr_in& address) {
  if (same(address, signalled_)) return;
  signalled_ = address;
  locked_ = false;
  candidate_packets_ = 0;
}

bool SourceLock::accept(const sockaddr_in& source, std::int64_t now) {
  if (locked_ && same(source, locked_address_)) {
    last_heard_ = now;
    candidate_packets_ = 0;
    return true;
  }
  bool take = !locked_ || same(source, signalled_);
  if (!take && now - last_heard_ > kSilentLock) {
    candidate_packets_ = same(source, candidate_) ? candidate_packets_ + 1 : 1;
    candidate_ = source;
    take = candidate_packets_ >= kTakeoverPackets;
  }
  if (!take) return false;
  locked_ = true;
  locked_address_ = source;
  last_heard_ = now;
  candidate_packets_ = 0;
  return true;
}

Leg::Leg(LegSockets sockets) : sockets_(sockets), out_(random_stream()) {}

Leg::~Leg() { close_sockets(); }

void Leg::close_sockets() {
  if (sockets_.rtp >= 0) close(sockets_.rtp);
  if (sockets_.rtcp >= 0) close(sockets_.rtcp);
  sockets_.rtp = sockets_.rtcp = -1;
}

void Leg::set_remote(const RemoteAudio& remote) {
  remote_ = remote;
  // A held party may write 0.0.0.0: keep sending nowhere, but remember where it was.
  if (remote.address.sin_addr.s_addr != 0) lock_.signalled(remote.address);
}

std::optional<Leg::Heard> Leg::hear(const RtpPacket& packet, const sockaddr_in& source, std::int64_t now) {
  if (!remote_) return std::nullopt;
  const std::uint8_t type = packet.header.payload_type;
  Heard heard;
  if (type == remote_->payload) {
    heard = {true, false, remote_->codec};
  } else if (remote_->telephone_event && type == *remote_->telephone_event) {
    heard = {false, true, remote_->codec};
  } else if (type == 0 || type == 8) {  // some phones switch between the two laws without asking
    heard = {true, false, type == 0 ? Codec::kPcmu : Codec::kPcma};
  } else {
    return std::nullopt;
  }
  if (!lock_.accept(source, now)) {
    ++refused_;
    return std::nullopt;
  }
  reception_.received(packet.header, now);
  const std::int64_t position = clock_.place(packet.header.ssrc, packet.header.timestamp, now);
  if (heard.voice) {
    std::array<std::int16_t, kMaxPacketSamples> samples;
    const std::size_t count = decode(heard.codec, packet.payload, samples);
    voice.put(position, std::span(samples).first(count));
  }
  return heard;
}

void Leg::forward(const RtpPacket& packet, const Heard& heard, std::int64_t now) {
  if (heard.event && !remote_->telephone_event) return;
  const auto stamp = out_.forward(packet.header, now);
  if (!stamp) return;
  if (heard.event) return send(*stamp, *remote_->telephone_event, packet.payload);
  if (heard.codec == remote_->codec) return send(*stamp, remote_->payload, packet.payload);
  std::array<std::int16_t, kMaxPacketSamples> samples;
  std::array<std::uint8_t, kMaxPacketSamples> octets;
  const std::size_t count = decode(heard.codec, packet.payload, samples);
  encode(remote_->codec, std::span(samples).first(count), octets);
  send(*stamp, remote_->payload, std::span(octets).first(count));
}

void Leg::send_frame(std::span<const std::int16_t> samples, std::int64_t now) {
  std::array<std::uint8_t, kFrameSamples> octets;
  const std::size_t count = encode(remote_->codec, samples, octets);
  send(out_.generate(now), remote_->payload, std::span(octets).first(count));
}

void Leg::send(const Stamp& stamp, std::uint8_t payload_type, std::span<const std::uint8_t> payload) {
  std::array<std::uint8_t, kMaxRtpBytes> datagram;
  const auto head = write_rtp_header({stamp.marker, payload_type, stamp.sequence, stamp.timestamp, out_.ssrc()});
  const std::size_t size = head.size() + payload.size();
  if (size > datagram.size()) return;
  std::memcpy(datagram.data(), head.data(), head.size());
  if (!payload.empty()) std::memcpy(datagram.data() + head.size(), payload.data(), payload.size());
  const auto& to = lock_.destination();
  // A full socket buffer or an unreachable host is loss on the network, nothing else.
  (void)sendto(sockets_.rtp, datagram.data(), size, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  ++sent_packets_;
  sent_octets_ += static_cast<std::uint32_t>(payload.size());
}

void Leg::send_report(std::int64_t now) {
  if (!reachable()) return;
  RtcpReport report;
  report.ssrc = out_.ssrc();
  if (const auto block = reception_.report()) report.blocks.push_back(*block);
  if (out_.started()) {
    timespec wall{};
    clock_gettime(CLOCK_REALTIME, &wall);
    const std::uint64_t fraction = (static_cast<std::uint64_t>(wall.tv_nsec) << 32) / 1'000'000'000u;
    report.sender = SenderPart{(static_cast<std::uint64_t>(wall.tv_sec) + kNtpEpoch) << 32 | fraction,
                               out_.last_timestamp() + static_cast<std::uint32_t>(now - out_.last_sent()), sent_packets_,
                               sent_octets_};
  }
  sockaddr_in to = lock_.destination();
  to.sin_port = htons(static_cast<std::uint16_t>(ntohs(to.sin_port) + 1));
  const auto bytes = write_rtcp(report, "mamori");
  (void)sendto(sockets_.rtcp, bytes.data(), bytes.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

}  // namespace mamori::telephony
