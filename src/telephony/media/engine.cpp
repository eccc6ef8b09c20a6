#include "telephony/media/engine.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/log.h"

namespace mamori::telephony {
namespace {

constexpr std::uint64_t kTimerTag = ~std::uint64_t{0};
constexpr std::uint64_t kWakeTag = kTimerTag - 1;
constexpr int kEvents = 256;
constexpr int kNice = -10;

// 8 kHz samples of the steady clock.
std::int64_t now_samples() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count() /
         125'000;
}

SessionId session_of(const MediaCommand& command) {
  return std::visit([](const auto& c) { return c.session; }, command);
}

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};

}  // namespace

class MediaEngine::Worker {
 public:
  Worker(Taps taps, std::function<void(const MediaEvent&)> event) : taps_(taps), event_(std::move(event)) {}
  ~Worker() {
    stop();
    for (const int fd : {epoll_, timer_, wake_}) {
      if (fd >= 0) close(fd);
    }
  }

  base::Result<> start() {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    const itimerspec every{{0, 20'000'000}, {0, 20'000'000}};
    if (epoll_ < 0 || timer_ < 0 || wake_ < 0 || timerfd_settime(timer_, 0, &every, nullptr) != 0 || !watch(timer_, kTimerTag) ||
        !watch(wake_, kWakeTag)) {
      return base::fail(base::ErrorCode::kUnavailable, std::string("cannot start a media worker: ") + std::strerror(errno));
    }
    thread_ = std::thread([this] { run(); });
    return {};
  }

  void post(MediaCommand command) {
    {
      const std::lock_guard lock(mutex_);
      inbox_.push_back(std::move(command));
    }
    wake();
  }

  void stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    wake();
    thread_.join();
  }

 private:
  struct Session {
    SessionId id;
    std::string call;
    std::uint16_t caller_port;
    std::uint16_t agent_port;
    std::string prompt;  // name of what is being played
    Bridge bridge;
  };

  void wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = write(wake_, &one, sizeof one);
  }

  bool watch(int fd, std::uint64_t tag) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = tag;
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
  }

  // Packets first, then commands, then the tick: a worker that was held up by the machine takes what waits in the sockets
  // before it decides what was lost.
  void run() {
    // Audio before everything else on this machine. Without the right to do so (LimitNICE) it goes on as it is.
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
    epoll_event events[kEvents];
    while (!stopping_) {
      const int count = epoll_wait(epoll_, events, kEvents, 1000);
      const std::int64_t now = now_samples();
      bool ticked = false;
      bool woken = false;
      for (int i = 0; i < count; ++i) {
        const std::uint64_t tag = events[i].data.u64;
        if (tag == kTimerTag) {
          ticked = true;
        } else if (tag == kWakeTag) {
          woken = true;
        } else {
          receive(tag, now);
        }
      }
      if (woken) take_commands(now);
      // Level-triggered: an unread timer comes again at once.
      if (ticked && count < kEvents) tick(now);
    }
    take_commands(now_samples());
    while (!sessions_.empty()) close_session(sessions_.begin()->first, now_samples());
  }

  // tag: session << 2 | side << 1 | rtcp
  void receive(std::uint64_t tag, std::int64_t now) {
    const auto it = sessions_.find(tag >> 2);
    if (it == sessions_.end()) return;
    const Side side = (tag & 2) != 0 ? Side::kAgent : Side::kCaller;
    const auto& sockets = it->second->bridge.leg(side).sockets();
    const int fd = (tag & 1) != 0 ? sockets.rtcp : sockets.rtp;
    std::uint8_t buffer[kMaxRtpBytes + 1];
    for (int packets = 0; packets < 64; ++packets) {  // the next round takes the rest
      sockaddr_in source{};
      socklen_t length = sizeof source;
      const ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&source), &length);
      if (n < 0 && errno == ECONNREFUSED) continue;  // an ICMP answer to something we sent
      if (n < 0) return;
      const std::span<const std::uint8_t> datagram(buffer, static_cast<std::size_t>(n));
      if ((tag & 1) != 0) continue;  // reports of the other side: read so that the socket stays empty
      it->second->bridge.on_rtp(side, datagram, source, now);
    }
  }

  void take_commands(std::int64_t now) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto n = read(wake_, &count, sizeof count);
    std::vector<MediaCommand> commands;
    {
      const std::lock_guard lock(mutex_);
      commands.swap(inbox_);
    }
    for (auto& command : commands) carry_out(command, now);
  }

  void carry_out(MediaCommand& command, std::int64_t now) {
    if (auto* open = std::get_if<OpenSession>(&command)) return open_session(*open);
    const auto it = sessions_.find(session_of(command));
    if (it == sessions_.end()) return;
    Session& session = *it->second;
    std::visit(Overloaded{[](OpenSession&) {},
                          [&](SetRemote& c) { session.bridge.leg(c.side).set_remote(c.remote); },
                          [&](StartRecording&) { session.bridge.start_recording(now); },
                          [&](Play& c) {
      if (session.bridge.playing()) report(session, MediaEvent::Kind::kPromptInterrupted);
      session.prompt = c.name;
      session.bridge.play(c.mode, std::move(c.prompt), now);
      report(session, MediaEvent::Kind::kPromptStarted);
    },
                          [&](CloseSession& c) { close_session(c.session, now); }},
               command);
  }

  void open_session(OpenSession& open) {
    auto session = std::unique_ptr<Session>(new Session{open.session, open.call, open.caller.port, open.agent.port, {}, Bridge(open.call, open.caller, open.agent, taps_)});
    const std::uint64_t tag = open.session << 2;
    const bool watched = watch(open.caller.rtp, tag) && watch(open.caller.rtcp, tag | 1) && watch(open.agent.rtp, tag | 2) &&
                         watch(open.agent.rtcp, tag | 3);
    if (!watched) base::log_error("cannot watch the sockets of a call", {{"call", open.call}});
    sessions_.emplace(open.session, std::move(session));
  }

  void close_session(SessionId id, std::int64_t now) {
    const auto it = sessions_.find(id);
    it->second->bridge.finish(now);
    MediaEvent closed{MediaEvent::Kind::kClosed, id, it->second->call, {}, it->second->caller_port, it->second->agent_port};
    sessions_.erase(it);  // closes the sockets, which also leaves epoll
    event_(closed);
  }

  void tick(std::int64_t now) {
    std::uint64_t expirations = 0;
    [[maybe_unused]] const auto n = read(timer_, &expirations, sizeof expirations);
    for (auto& [id, session] : sessions_) {
      if (session->bridge.tick(now)) report(*session, MediaEvent::Kind::kPromptFinished);
    }
  }

  void report(const Session& session, MediaEvent::Kind kind) { event_({kind, session.id, session.call, session.prompt, 0, 0}); }

  Taps taps_;
  std::function<void(const MediaEvent&)> event_;
  int epoll_ = -1;
  int timer_ = -1;
  int wake_ = -1;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<MediaCommand> inbox_;
  std::unordered_map<SessionId, std::unique_ptr<Session>> sessions_;
  std::thread thread_;
};

MediaEngine::MediaEngine() = default;
MediaEngine::~MediaEngine() { stop(); }

base::Result<std::unique_ptr<MediaEngine>> MediaEngine::start(EngineOptions options) {
  std::unique_ptr<MediaEngine> engine(new MediaEngine);
  for (unsigned i = 0; i < std::max(1u, options.workers); ++i) {
    auto worker = std::make_unique<Worker>(options.taps ? options.taps(i) : Taps{}, options.event);
    if (auto started = worker->start(); !started) return std::unexpected(started.error());
    engine->workers_.push_back(std::move(worker));
  }
  return engine;
}

SessionId MediaEngine::open(std::string call, LegSockets caller, LegSockets agent) {
  const SessionId id = next_++;
  send(OpenSession{id, std::move(call), caller, agent});
  return id;
}

void MediaEngine::send(MediaCommand command) {
  const SessionId id = session_of(command);
  workers_[id % workers_.size()]->post(std::move(command));
}

void MediaEngine::stop() {
  for (auto& worker : workers_) worker->stop();
}

}  // namespace mamori::telephony
