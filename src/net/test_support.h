// For tests: a server on a loopback socket that says exactly what a test wants, byte for byte, and a WebSocket server written
// by hand from RFC 6455, so that a mistake of the client's library cannot hide in the same library here.
#pragma once

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mamori::net::test {

class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  // Head and, by Content-Length, body. Empty when the peer went away.
  std::string read_request() {
    std::string text;
    while (text.find("\r\n\r\n") == std::string::npos) {
      if (!more(text)) return {};
    }
    const auto head = text.find("\r\n\r\n") + 4;
    std::size_t length = 0;
    if (const auto at = text.find("Content-Length: "); at != std::string::npos && at < head) length = std::stoul(text.substr(at + 16));
    while (text.size() < head + length) {
      if (!more(text)) return {};
    }
    return text;
  }
  void write(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      const auto n = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (n <= 0) return;
      at += static_cast<std::size_t>(n);
    }
  }
  void answer(int status, const std::string& body, const std::string& headers = "") {
    write("HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
  }
  // The handshake; false when what came is no WebSocket request. `request` gets its head.
  bool accept_websocket(std::string* request = nullptr) {
    const auto head = read_request();
    if (request != nullptr) *request = head;
    const auto at = head.find("Sec-WebSocket-Key: ");
    if (at == std::string::npos) return false;
    const auto key = head.substr(at + 19, head.find("\r\n", at) - at - 19) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest);
    unsigned char text[32];
    const int n = EVP_EncodeBlock(text, digest, sizeof digest);
    write("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + std::string(reinterpret_cast<char*>(text), static_cast<std::size_t>(n)) + "\r\n\r\n");
    return true;
  }
  // One message, unmasked; its opcode in `opcode` (1 text, 2 binary, 8 close). False when the peer went away.
  bool read_message(std::string& payload, int& opcode) {
    payload.clear();
    while (true) {
      unsigned char head[2];
      if (!exactly(head, 2)) return false;
      std::uint64_t size = head[1] & 127;
      unsigned char extended[8];
      if (size == 126) {
        if (!exactly(extended, 2)) return false;
        size = static_cast<std::uint64_t>(extended[0]) << 8 | extended[1];
      } else if (size == 127) {
        if (!exactly(extended, 8)) return false;
        size = 0;
        for (const unsigned char b : extended) size = size << 8 | b;
      }
      unsigned char mask[4] = {};
      if ((head[1] & 0x80) != 0 && !exactly(mask, 4)) return false;
      std::string part(size, '\0');
      if (size > 0 && !exactly(reinterpret_cast<unsigned char*>(part.data()), size)) return false;
      for (std::size_t i = 0; i < size; ++i) part[i] = static_cast<char>(part[i] ^ static_cast<char>(mask[i % 4]));
      if ((head[0] & 15) != 0) opcode = head[0] & 15;
      payload += part;
      if ((head[0] & 0x80) != 0) return true;
    }
  }
  void send_text(const std::string& text) {
    std::string frame = "\x81";
    if (text.size() < 126) {
      frame += static_cast<char>(text.size());
    } else {
      frame += static_cast<char>(126);
      frame += static_cast<char>(text.size() >> 8);
      frame += static_cast<char>(text.size() & 255);
    }
    write(frame + text);
  }

 private:
  bool more(std::string& text) {
    char buffer[65536];
    const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    text.append(buffer, static_cast<std::size_t>(n));
    return true;
  }
  bool exactly(unsigned char* into, std::size_t size) {
    for (std::size_t at = 0; at < size;) {
      const auto n = ::recv(fd_, into + at, size - at, 0);
      if (n <= 0) return false;
      at += static_cast<std::size_t>(n);
    }
    return true;
  }
  int fd_;
};

// Every connection goes to `serve`, each on a thread of its own, and is closed when it returns.
class LoopbackServer {
 public:
  explicit LoopbackServer(std::function<void(Connection&)> serve) : serve_(std::move(serve)), fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(fd_, 16);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~LoopbackServer() {
    stopping_ = true;
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& t : threads_) t.join();
    ::close(fd_);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  [[nodiscard]] std::string address(const std::string& scheme = "http") const { return scheme + "://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  void run() {
    while (!stopping_) {
      const int peer = ::accept(fd_, nullptr, nullptr);
      if (peer < 0) return;
      const std::lock_guard lock(mutex_);
      open_.push_back(peer);
      threads_.emplace_back([this, peer] {
        Connection connection(peer);
        serve_(connection);
        const std::lock_guard again(mutex_);
        std::erase(open_, peer);
        ::close(peer);
      });
    }
  }
  std::function<void(Connection&)> serve_;
  int fd_;
  unsigned short port_ = 0;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread thread_;
};

}  // namespace mamori::net::test
