#include "app/role_link.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/log.h"

namespace mamori::app {

namespace asio = boost::asio;
namespace json = base::json;
using local = asio::local::stream_protocol;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMaxQueuedBytes = 32u << 20;  // towards a role that does not read: audio goes first
constexpr auto kPing = 2s;
constexpr auto kSilent = 8s;  // a role that answers no ping for so long is hung: killed and restarted

int spawn(const std::vector<std::string>& command, const std::string& log_path) {
  std::vector<char*> argv;
  for (const auto& part : command) argv.push_back(const_cast<char*>(part.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  setpgid(0, 0);  // Ctrl-C at the terminal is for the hub: it ends its children in order
  const int out = open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (out >= 0) {
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
  }
  const int in = open("/dev/null", O_RDONLY);
  if (in >= 0) dup2(in, STDIN_FILENO);
  for (int fd = 3; fd < 1024; ++fd) close(fd);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

struct RoleLink::Impl : std::enable_shared_from_this<RoleLink::Impl> {
  asio::io_context& io;
  Options options;
  Handlers handlers;
  local::socket socket;
  asio::steady_timer timer;
  asio::steady_timer ping_timer;
  link::Decoder decoder;
  std::array<char, 65536> buffer{};
  struct Queued {
    std::string bytes;
    bool audio;
  };
  std::deque<Queued> queue;
  std::size_t queued_bytes = 0;
  bool writing = false;
  int generation = 0;  // of the connection: what an old one still completes is not for the new one
  bool greeted = false;
  bool stopping = false;
  int child = -1;  // started by us
  int peer = -1;   // pid said in hello
  int restarts = 0;
  int failures = 0;  // in a row
  std::string problem;
  std::chrono::steady_clock::time_point heard_at{};
  std::chrono::steady_clock::time_point spawned_at{};

  Impl(asio::io_context& i, Options o, Handlers h)
      : io(i), options(std::move(o)), handlers(std::move(h)), socket(i), timer(i), ping_timer(i) {}

  void later(std::chrono::milliseconds delay, void (Impl::*next)()) {
    timer.expires_after(delay);
    timer.async_wait([self = shared_from_this(), next](boost::system::error_code ec) {
      if (!ec && !self->stopping) ((*self).*next)();
    });
  }

  void reap() {
    if (child <= 0) return;
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) {
      base::log_error("a role ended", {{"child", options.role}, {"status", std::to_string(status)}});
      problem = options.role + " stopped (status " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)) + "), see " + options.log_path;
      child = -1;
    }
  }

  void connect() {
    reap();
    boost::system::error_code ec;
    socket.close(ec);
    socket = local::socket(io);
    socket.async_connect(local::endpoint(options.socket), [self = shared_from_this()](boost::system::error_code failed) {
      if (self->stopping) return;
      if (failed) return self->not_there();
      self->greet();
    });
  }

  void not_there() {
    if (child <= 0 && !options.command.empty()) {
      if (spawned_at != std::chrono::steady_clock::time_point{}) ++restarts;
      spawned_at = std::chrono::steady_clock::now();
      child = spawn(options.command, options.log_path);
      base::log_info("a role was started", {{"child", options.role}, {"pid", std::to_string(child)}});
    }
    // 50 ms while it comes up, slower when it keeps failing.
    ++failures;
    later(failures < 40 ? 50ms : 1000ms, &Impl::connect);
  }

  void greet() {
    decoder = link::Decoder{};
    greeted = false;
    queue.clear();
    queued_bytes = 0;
    writing = false;
    ++generation;
    heard_at = std::chrono::steady_clock::now();
    push({link::encode(json::object{{"type", "hello"}, {"link", link::kVersion}, {"role", "hub"}, {"version", MAMORI_VERSION}, {"pid", static_cast<std::int64_t>(getpid())}}), false});
    read();
    ping();
  }

  void ping() {
    ping_timer.expires_after(kPing);
    ping_timer.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (ec || self->stopping || !self->socket.is_open()) return;
      if (std::chrono::steady_clock::now() - self->heard_at > kSilent) {
        base::log_error("a role does not answer: it is ended and started anew", {{"child", self->options.role}});
        self->problem = self->options.role + " did not answer and was restarted";
        if (const int pid = self->child > 0 ? self->child : self->peer; pid > 0) kill(pid, SIGKILL);
        return self->lost();
      }
      self->push({link::encode(json::object{{"type", "ping"}, {"id", 0}}), false});
      self->ping();
    });
  }

  void read() {
    socket.async_read_some(asio::buffer(buffer), [self = shared_from_this()](boost::system::error_code ec, std::size_t n) {
      if (self->stopping) return;
      if (ec) return self->lost();
      self->heard_at = std::chrono::steady_clock::now();
      self->decoder.push({self->buffer.data(), n});
      auto frames = self->decoder.take();
      if (!frames) {
        base::log_error("link closed", {{"child", self->options.role}, {"reason", frames.error().message}});
        return self->lost();
      }
      for (const auto& frame : *frames) {
        if (!self->handle(frame)) return self->lost();
      }
      self->read();
    });
  }

  bool handle(const link::Frame& frame) {
    if (frame.type == link::FrameType::kAudio) {
      auto audio = link::parse_audio(frame);
      if (audio && handlers.audio) handlers.audio(*audio);
      return true;
    }
    auto message = link::parse_message(frame);
    if (!message) {
      base::log_error("link message refused", {{"child", options.role}, {"reason", message.error().message}});
      return true;
    }
    const auto type = base::get_string(*message, "type");
    if (!greeted) {
      if (type != "hello") return false;
      if (base::get_int(*message, "link") != link::kVersion || base::get_string(*message, "role") != options.role) {
        problem = options.role + " speaks another link version: install the same Mamori everywhere";
        base::log_error(problem);
        failures = 100;
        return false;
      }
      peer = static_cast<int>(base::get_int(*message, "pid", -1));
      greeted = true;
      failures = 0;
      problem.clear();
      if (handlers.connected) handlers.connected();
      return true;
    }
    if (type == "pong") return true;
    if (handlers.message) handlers.message(*message);
    return true;
  }

  void lost() {
    boost::system::error_code ec;
    socket.close(ec);
    ping_timer.cancel();
    const bool was = greeted;
    greeted = false;
    reap();
    if (was && handlers.disconnected) handlers.disconnected();
    if (problem.empty()) problem = options.role + " is not connected";
    if (!stopping) later(failures < 40 ? 20ms : 1000ms, &Impl::connect);
  }

  void push(Queued item) {
    if (!socket.is_open()) return;
    queued_bytes += item.bytes.size();
    queue.push_back(std::move(item));
    // The front is being written and stays.
    while (queued_bytes > kMaxQueuedBytes) {
      const auto old = std::find_if(queue.begin() + 1, queue.end(), [](const Queued& q) { return q.audio; });
      if (old == queue.end()) break;
      queued_bytes -= old->bytes.size();
      queue.erase(old);
    }
    if (!writing) write();
  }

  void write() {
    writing = true;
    asio::async_write(socket, asio::buffer(queue.front().bytes), [self = shared_from_this(), mine = generation](boost::system::error_code ec, std::size_t) {
      if (mine != self->generation) return;
      if (ec || self->queue.empty()) {
        self->writing = false;
        return;
      }
      self->queued_bytes -= self->queue.front().bytes.size();
      self->queue.pop_front();
      if (self->queue.empty())
        self->writing = false;
      else
        self->write();
    });
  }
};

RoleLink::RoleLink(asio::io_context& io, Options options, Handlers handlers)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(handlers))) {}

RoleLink::~RoleLink() { impl_->stopping = true; }

void RoleLink::start() { impl_->connect(); }

void RoleLink::stop(int seconds) {
  impl_->stopping = true;
  impl_->timer.cancel();
  impl_->ping_timer.cancel();
  boost::system::error_code ec;
  impl_->socket.close(ec);
  const int pid = impl_->child > 0 ? impl_->child : impl_->peer;
  if (pid <= 0 || impl_->options.command.empty()) return;
  const auto gone_within = [&](int limit) {
    for (int i = 0; i < limit * 20; ++i) {
      if (impl_->child > 0 ? waitpid(pid, nullptr, WNOHANG) == pid : kill(pid, 0) != 0) return true;
      std::this_thread::sleep_for(50ms);
    }
    return false;
  };
  kill(pid, SIGTERM);  // drain
  if (gone_within(seconds)) return;
  kill(pid, SIGTERM);  // end what is left in order: BYE, close the recordings
  if (gone_within(3)) return;
  kill(pid, SIGKILL);
  if (impl_->child > 0) waitpid(pid, nullptr, 0);
}

void RoleLink::send(const json::object& message) {
  if (impl_->greeted) impl_->push({link::encode(message), false});
}
void RoleLink::send(const link::Audio& audio) {
  if (impl_->greeted) impl_->push({link::encode(audio), true});
}
bool RoleLink::connected() const { return impl_->greeted; }
int RoleLink::restarts() const { return impl_->restarts; }
std::string RoleLink::problem() const { return impl_->problem; }
int RoleLink::pid() const { return impl_->greeted ? impl_->peer : -1; }

}  // namespace mamori::app
