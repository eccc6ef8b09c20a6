#include "link/server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "base/log.h"

namespace mamori::link {

struct Server::Impl {
  ServerOptions options;
  Handlers handlers;
  int listener = -1;
  int wake = -1;
  int hub = -1;  // only the server's thread touches it
  bool greeted = false;
  Decoder decoder;
  std::atomic<bool> stopping{false};
  std::atomic<bool> connected{false};
  std::atomic<std::uint64_t> dropped{0};

  struct Queued {
    std::string bytes;
    std::size_t samples;  // 0 for control
  };
  std::mutex mutex;
  std::deque<Queued> queue;
  std::size_t queued_bytes = 0;
  std::size_t sent_of_front = 0;
  std::thread thread;

  void enqueue(Queued item) {
    {
      const std::lock_guard lock(mutex);
      if (item.samples == 0 && !connected) return;
      queued_bytes += item.bytes.size();
      queue.push_back(std::move(item));
      while (queued_bytes > options.max_queue_bytes && drop_oldest_audio()) {
      }
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = write(wake, &one, sizeof one);
  }

  // The front may be half on the wire: it stays. Called with the mutex held.
  bool drop_oldest_audio() {
    for (auto it = queue.begin(); it != queue.end(); ++it) {
      if (it == queue.begin() && sent_of_front > 0) continue;
      if (it->samples == 0) continue;
      dropped += it->samples;
      queued_bytes -= it->bytes.size();
      queue.erase(it);
      return true;
    }
    return false;
  }

  void close_hub() {
    if (hub < 0) return;
    close(hub);
    hub = -1;
    const bool was = connected.exchange(false);
    {
      const std::lock_guard lock(mutex);
      // A frame half sent is useless to the next hub; control messages for the old one too.
      if (sent_of_front > 0 && !queue.empty()) {
        queued_bytes -= queue.front().bytes.size();
        dropped += queue.front().samples;
        queue.pop_front();
      }
      sent_of_front = 0;
      std::erase_if(queue, [this](const Queued& q) {
        if (q.samples != 0) return false;
        queued_bytes -= q.bytes.size();
        return true;
      });
    }
    if (was && handlers.disconnected) handlers.disconnected();
  }

  void accept_hub() {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    close_hub();
    hub = fd;
    greeted = false;
    decoder = Decoder{};
    base::json::object hello{{"type", "hello"},
                             {"link", kVersion},
                             {"role", options.role},
                             {"version", MAMORI_VERSION},
                             {"pid", static_cast<std::int64_t>(getpid())}};
    const std::lock_guard lock(mutex);
    Queued item{encode(hello), 0};
    queued_bytes += item.bytes.size();
    queue.push_front(std::move(item));
  }

  void read_hub() {
    char buffer[65536];
    for (int rounds = 0; rounds < 16; ++rounds) {
      const ssize_t n = read(hub, buffer, sizeof buffer);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return close_hub();
      if (n < 0) break;
      decoder.push({buffer, static_cast<std::size_t>(n)});
      if (n < static_cast<ssize_t>(sizeof buffer)) break;
    }
    auto frames = decoder.take();
    if (!frames) {
      base::log_error("link closed", {{"reason", frames.error().message}});
      return close_hub();
    }
    for (const auto& frame : *frames) {
      if (!handle(frame)) return close_hub();
    }
  }

  bool handle(const Frame& frame) {
    if (frame.type == FrameType::kAudio) {
      if (!greeted) return false;
      auto audio = parse_audio(frame);
      if (!audio) {
        base::log_warning("link audio refused", {{"reason", audio.error().message}});
        return true;
      }
      if (handlers.audio) handlers.audio(std::move(*audio));
      return true;
    }
    auto message = parse_message(frame);
    if (!message) {
      base::log_error("link closed", {{"reason", message.error().message}});
      return false;
    }
    if (!greeted) {
      if (base::get_string(*message, "type") != "hello" || base::get_int(*message, "link") != kVersion) {
        base::log_error("link refused: the other side does not speak link " + std::to_string(kVersion));
        return false;
      }
      greeted = true;
      connected = true;
      if (handlers.connected) handlers.connected();
      return true;
    }
    if (base::get_string(*message, "type") == "ping") {
      enqueue({encode(base::json::object{{"type", "pong"}, {"id", base::get_int(*message, "id")}}), 0});
      return true;
    }
    if (handlers.message) handlers.message(*message);
    return true;
  }

  void write_hub() {
    while (hub >= 0) {
      std::unique_lock lock(mutex);
      if (queue.empty()) return;
      // Audio waits until the greeting is done.
      if (!greeted && queue.front().samples != 0) return;
      const auto& front = queue.front();
      const ssize_t n =
          ::send(hub, front.bytes.data() + sent_of_front, front.bytes.size() - sent_of_front, MSG_NOSIGNAL);
      if (n < 0) {
        if (errno == EAGAIN || errno == EINTR) return;
        lock.unlock();
        return close_hub();
      }
      sent_of_front += static_cast<std::size_t>(n);
      if (sent_of_front < front.bytes.size()) return;
      queued_bytes -= front.bytes.size();
      queue.pop_front();
      sent_of_front = 0;
    }
  }

  void run() {
    while (!stopping) {
      bool pending = false;
      if (hub >= 0) {
        const std::lock_guard lock(mutex);
        pending = !queue.empty() && (greeted || queue.front().samples == 0);
      }
      pollfd fds[3] = {{listener, POLLIN, 0},
                       {wake, POLLIN, 0},
                       {hub, static_cast<short>(POLLIN | (pending ? POLLOUT : 0)), 0}};
      if (poll(fds, hub >= 0 ? 3 : 2, 1000) < 0 && errno != EINTR) break;
      if (fds[1].revents) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto n = read(wake, &count, sizeof count);
      }
      if (hub >= 0 && (fds[2].revents & (POLLIN | POLLHUP | POLLERR))) read_hub();
      if (hub >= 0) write_hub();
      if (fds[0].revents & POLLIN) accept_hub();
    }
    close_hub();
  }
};

base::Result<std::unique_ptr<Server>> Server::listen(ServerOptions options, Handlers handlers) {
  using base::ErrorCode;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (options.path.size() >= sizeof address.sun_path) {
    return base::fail(ErrorCode::kInvalidArgument, "the socket path is longer than 107 bytes: " + options.path);
  }
  std::memcpy(address.sun_path, options.path.c_str(), options.path.size() + 1);
  auto impl = std::make_unique<Impl>();
  impl->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  impl->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  unlink(options.path.c_str());
  const mode_t old = umask(0177);
  const int bound = bind(impl->listener, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  umask(old);
  if (bound != 0 || ::listen(impl->listener, 4) != 0) {
    const std::string why = std::strerror(errno);
    close(impl->listener);
    close(impl->wake);
    return base::fail(ErrorCode::kUnavailable, "cannot listen on " + options.path + ": " + why);
  }
  impl->options = std::move(options);
  impl->handlers = std::move(handlers);
  impl->thread = std::thread([raw = impl.get()] { raw->run(); });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  impl_->stopping = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = write(impl_->wake, &one, sizeof one);
  impl_->thread.join();
  close(impl_->listener);
  close(impl_->wake);
  unlink(impl_->options.path.c_str());
}

void Server::send(const base::json::object& message) { impl_->enqueue({encode(message), 0}); }
void Server::send(const Audio& audio) { impl_->enqueue({encode(audio), std::max<std::size_t>(audio.samples.size(), 1)}); }
bool Server::hub_connected() const { return impl_->connected; }
std::uint64_t Server::dropped_samples() const { return impl_->dropped; }

}  // namespace mamori::link
