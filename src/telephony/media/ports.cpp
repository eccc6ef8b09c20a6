#include "telephony/media/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mamori::telephony {
namespace {

constexpr int kReceiveBuffer = 256 * 1024;     // 30 s of one call: a stalled worker loses nothing
constexpr int kExpeditedForwarding = 46 << 2;  // DSCP EF (RFC 3246)

int bound_socket(const std::string& address, std::uint16_t port) {
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &local.sin_addr) != 1) return -1;
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  (void)setsockopt(fd, IPPROTO_IP, IP_TOS, &kExpeditedForwarding, sizeof kExpeditedForwarding);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

}  // namespace

PortPool::PortPool(std::string address, std::uint16_t first, std::uint16_t last, std::chrono::milliseconds rest)
    : address_(std::move(address)), rest_(rest) {
  for (unsigned port = first + first % 2; port + 1 <= last; port += 2) {
    free_.push_back({static_cast<std::uint16_t>(port), Time::min()});
  }
  total_ = free_.size();
}

base::Result<LegSockets> PortPool::open(Time now) {
  // A port another program holds goes to the back; each is tried once.
  for (std::size_t tries = free_.size(); tries > 0; --tries) {
    if (free_.front().usable_from > now) break;
    const Free candidate = free_.front();
    free_.pop_front();
    const int rtp = bound_socket(address_, candidate.port);
    const int rtcp = rtp < 0 ? -1 : bound_socket(address_, static_cast<std::uint16_t>(candidate.port + 1));
    if (rtcp >= 0) return LegSockets{rtp, rtcp, candidate.port};
    if (rtp >= 0) close(rtp);
    free_.push_back({candidate.port, now + rest_});
  }
  return base::fail(base::ErrorCode::kResourceExhausted, "no free RTP port: widen the port range");
}

void PortPool::release(std::uint16_t port, Time now) { free_.push_back({port, now + rest_}); }

}  // namespace mamori::telephony
