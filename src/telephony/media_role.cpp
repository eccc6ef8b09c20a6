#include "telephony/media_role.h"

#include <pthread.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "link/server.h"
#include "telephony/media/engine.h"
#include "telephony/media/link_tap.h"
#include "telephony/recording/recorder.h"
#include "telephony/sip/exchange.h"

namespace mamori::telephony {
namespace {

using base::ErrorCode;
using base::json::object;

constexpr std::size_t kRingBlocks = 4096;                    // of 4.8 kB and worker
constexpr std::size_t kQueueBytesPerCall = 30 * 2 * 16'600;  // 30 s of both voices
constexpr std::size_t kLeastQueueBytes = 8u << 20;
constexpr auto kLastWords = std::chrono::milliseconds(100);
constexpr std::size_t kDescriptorsPerCall = 6;  // four sockets, WAV and peaks
constexpr std::size_t kOwnDescriptors = 64;
constexpr std::size_t kMaxBlocklist = 100'000;

std::int64_t cpu_microseconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

std::optional<CallCommand> command_from(std::string_view name) {
  if (name == "warn") return CallCommand::kWarn;
  if (name == "announce") return CallCommand::kAnnounce;
  if (name == "release_agent") return CallCommand::kReleaseAgent;
  if (name == "cut") return CallCommand::kCut;
  return std::nullopt;
}

std::string_view default_prompt(CallCommand command) { return command == CallCommand::kWarn ? "warning" : "announcement"; }

}  // namespace

// stop() ends them in this order: exchange (BYEs, closes sessions), engine (flushes the taps), pumps (deliver what is
// queued), then the link.
struct MediaRole::Impl {
  MediaOptions options;
  std::atomic<bool> draining{false};
  std::unique_ptr<link::Server> server;
  std::unique_ptr<Recorder> recorder;
  std::unique_ptr<LinkTap> link_tap;
  std::unique_ptr<TapPump> record_pump;
  std::unique_ptr<TapPump> link_pump;
  std::unique_ptr<MediaEngine> engine;
  std::unique_ptr<Exchange> exchange;

  // Only the link's thread touches it.
  struct Loaded {
    std::string path;
    Prompt prompt;
  };
  std::map<std::string, Loaded, std::less<>> prompts;

  // What happens before everything is up waits for this.
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> up{false};
  bool stopping = false;
  std::thread health_thread;

  void wait_until_up() {
    if (up) return;
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return up.load() || stopping; });
  }

  object message_of(const CallReport& call) const {
    object message{{"call", call.call}, {"state", call.state}, {"caller", call.caller}, {"callee", call.callee}, {"at", call.at}, {"recording", call.recorded ? recorder->path_of(call.call) : ""}};
    if (!call.agent.empty()) message["agent"] = call.agent;
    if (!call.reason.empty()) message["reason"] = call.reason;
    return message;
  }

  void on_call(const CallReport& call) {
    object message = message_of(call);
    message["type"] = "call";
    server->send(message);
    base::log_info("call", {{"call", call.call}, {"state", call.state}, {"reason", call.reason}});
  }

  void on_media(const MediaEvent& event) {
    if (event.kind == MediaEvent::Kind::kPromptStarted) send_prompt(event, "started");
    if (event.kind == MediaEvent::Kind::kPromptFinished) send_prompt(event, "finished");
    if (event.kind == MediaEvent::Kind::kPromptInterrupted) send_prompt(event, "interrupted");
    wait_until_up();
    if (exchange) exchange->on_media(event);
  }

  void send_prompt(const MediaEvent& event, const char* state) {
    server->send(object{{"type", "prompt"}, {"call", event.call}, {"prompt", event.prompt}, {"state", state}});
  }

  void on_connected() {
    wait_until_up();
    if (!exchange) return;
    exchange->list([this](const std::vector<CallReport>& calls) {
      base::json::array list;
      for (const auto& call : calls) list.push_back(message_of(call));
      server->send(object{{"type", "calls"}, {"calls", std::move(list)}});
    });
  }

  void on_message(const object& message) {
    wait_until_up();
    if (!exchange) return;
    const std::string type = base::get_string(message, "type");
    if (type == "command") return on_command(message);
    if (type == "blocklist") return on_blocklist(message);
    if (type == "prompts") return on_prompts(message);
    if (type == "drain") return drain();
    base::log_warning("link message not understood", {{"type", type.substr(0, 40)}});
  }

  void on_blocklist(const object& message) {
    std::unordered_set<std::string> numbers;
    if (const auto* list = message.if_contains("numbers"); list != nullptr && list->is_array()) {
      for (const auto& number : list->get_array()) {
        if (number.is_string() && numbers.size() < kMaxBlocklist) numbers.insert(normalise_number(number.get_string()));
      }
    }
    exchange->set_blocklist(std::move(numbers));
  }

  void on_prompts(const object& message) {
    for (const auto& member : message) {
      if (member.key() == "type" || !member.value().is_string() || prompts.size() >= 100) continue;
      Loaded& loaded = prompts[std::string(member.key())];
      loaded.path = std::string(member.value().get_string());
      loaded.prompt = nullptr;
      if (auto prompt = load_prompt(loaded.path)) {
        loaded.prompt = *prompt;
      } else {
        base::log_warning("prompt not loaded", {{"reason", prompt.error().message}});
        server->send(object{{"type", "prompt"}, {"call", ""}, {"prompt", member.key()}, {"state", "missing"}, {"error", prompt.error().message}});
      }
    }
  }

  base::Result<Prompt> find_prompt(const std::string& name) {
    const auto it = prompts.find(name);
    if (it == prompts.end()) return base::fail(ErrorCode::kNotFound, "no prompt named \"" + name + "\" was given");
    if (!it->second.prompt) {  // it may have been put there since
      auto prompt = load_prompt(it->second.path);
      if (!prompt) return prompt;
      it->second.prompt = *prompt;
    }
    return it->second.prompt;
  }

  void on_command(const object& message) {
    const auto began = std::chrono::steady_clock::now();
    const std::int64_t id = base::get_int(message, "id");
    const auto answer = [this, id, began](const base::Result<>& result) {
      const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - began;
      object out{{"type", "result"}, {"id", id}, {"ok", result.has_value()}, {"elapsed_ms", elapsed.count()}};
      if (!result) {
        out["error"] = result.error().message;
        out["code"] = base::to_string(result.error().code);
      }
      server->send(out);
    };
    const auto command = command_from(base::get_string(message, "command"));
    if (!command) return answer(base::fail(ErrorCode::kInvalidArgument, "no such command"));
    std::string name = base::get_string(message, "prompt", default_prompt(*command));
    Prompt prompt;
    if (*command != CallCommand::kCut) {
      auto found = find_prompt(name);
      if (!found) return answer(std::unexpected(found.error()));  // and the call stays as it is
      prompt = *found;
    }
    exchange->command(base::get_string(message, "call"), *command, std::move(name), std::move(prompt), answer);
  }

  void drain() {
    draining = true;
    exchange->drain();
  }

  void health_loop() {
    auto last_wall = std::chrono::steady_clock::now();
    std::int64_t last_cpu = cpu_microseconds();
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, std::chrono::seconds(1), [this] { return stopping; })) {
      lock.unlock();
      const auto wall = std::chrono::steady_clock::now();
      const std::int64_t cpu = cpu_microseconds();
      const double elapsed = std::chrono::duration<double, std::micro>(wall - last_wall).count();
      const std::uint64_t dropped = server->dropped_samples() + link_pump->dropped_samples();
      server->send(object{{"type", "health"},
                          {"calls", exchange->calls()},
                          {"recording", recorder->health()},
                          {"recording_lost_ms", record_pump->dropped_samples() / (kSampleRate / 1000)},
                          {"dropped_audio_ms", dropped / (kSampleRate / 1000)},
                          {"cpu_percent", 100.0 * static_cast<double>(cpu - last_cpu) / elapsed},
                          {"draining", draining.load()}});
      last_wall = wall;
      last_cpu = cpu;
      lock.lock();
    }
  }

  base::Result<> open() {
    std::error_code error;
    std::filesystem::create_directories(options.recordings_dir, error);
    if (error) {
      return base::fail(ErrorCode::kUnavailable, "cannot make the folder for recordings " + options.recordings_dir + ": " + error.message());
    }
    std::filesystem::create_directories(options.run_dir, error);
    if (const int repaired = repair_recordings(options.recordings_dir); repaired > 0) {
      base::log_warning("recordings repaired after a crash", {{"count", std::to_string(repaired)}});
    }
    recorder = std::make_unique<Recorder>(options.recordings_dir, [this](const Recorded& r) {
      server->send(object{{"type", "recorded"}, {"call", r.call}, {"recording", r.path}, {"seconds", r.seconds}, {"complete", r.complete}});
    });
    auto listening = link::Server::listen(
        {options.run_dir + "/media.sock", "media", std::max(kLeastQueueBytes, options.max_calls * kQueueBytesPerCall)},
        {.connected = [this] { on_connected(); },
         .disconnected = [] { base::log_warning("the hub is gone; calls and recordings go on"); },
         .message = [this](const object& m) { on_message(m); },
         .audio = nullptr});
    if (!listening) return std::unexpected(listening.error());
    server = std::move(*listening);
    link_tap = std::make_unique<LinkTap>(*server);
    const unsigned workers = options.workers != 0 ? options.workers : std::max(1u, std::thread::hardware_concurrency() / 2);
    record_pump = std::make_unique<TapPump>(*recorder, workers, kRingBlocks);
    link_pump = std::make_unique<TapPump>(*link_tap, workers, kRingBlocks);
    auto started = MediaEngine::start({workers, [this](unsigned w) { return Taps{&record_pump->ring(w), &link_pump->ring(w)}; },
                                       [this](const MediaEvent& e) { on_media(e); }});
    if (!started) return std::unexpected(started.error());
    engine = std::move(*started);
    ExchangeOptions sip;
    sip.address = options.sip_address;
    sip.port = options.sip_port;
    sip.advertised = options.advertised_address;
    sip.rtp_first = options.rtp_port_min;
    sip.rtp_last = options.rtp_port_max;
    sip.routes = options.routes;
    sip.trusted_peers = options.trusted_peers;
    sip.max_calls = options.max_calls;
    sip.ring_timeout = options.ring_timeout;
    sip.port_rest = options.port_rest;
    auto opened = Exchange::start(std::move(sip), *engine, [this](const CallReport& c) { on_call(c); });
    if (!opened) return std::unexpected(opened.error());
    exchange = std::move(*opened);
    health_thread = std::thread([this] { health_loop(); });
    const std::lock_guard lock(mutex);
    up = true;
    changed.notify_all();
    return {};
  }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
      changed.notify_all();
    }
    if (health_thread.joinable()) health_thread.join();
    if (exchange) exchange->stop();
    if (engine) engine->stop();
    if (record_pump) record_pump->stop();
    if (link_pump) link_pump->stop();
    // The hub should still read how the last calls ended.
    if (server && server->hub_connected()) std::this_thread::sleep_for(kLastWords);
    server.reset();
  }
};

base::Result<std::unique_ptr<MediaRole>> MediaRole::start(const MediaOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  std::unique_ptr<MediaRole> role(new MediaRole(std::move(impl)));
  if (auto opened = role->impl_->open(); !opened) return base::fail(opened.error(), "media");
  return role;
}

MediaRole::MediaRole(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MediaRole::~MediaRole() { impl_->stop(); }
void MediaRole::drain() { impl_->drain(); }
bool MediaRole::drained() const { return impl_->draining && impl_->exchange->calls() == 0; }
std::size_t MediaRole::calls() const { return impl_->exchange->calls(); }
std::uint16_t MediaRole::sip_port() const { return impl_->exchange->port(); }

namespace {

// Four sockets a call: the usual limit of 1,024 descriptors would end at about 250 calls.
void raise_descriptor_limit(std::size_t max_calls) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t needed = max_calls * kDescriptorsPerCall + kOwnDescriptors;
  if (limit.rlim_cur >= needed) return;
  base::log_warning("fewer file descriptors than max_calls needs: raise LimitNOFILE",
                    {{"have", std::to_string(limit.rlim_cur)}, {"needed", std::to_string(needed)}});
}

}  // namespace

base::Result<> run_media(const MediaOptions& options) {
  raise_descriptor_limit(options.max_calls);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit reads as a full disk, not as death
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto role = MediaRole::start(options);
  if (!role) return std::unexpected(role.error());
  base::log_info("media is up", {{"sip", options.sip_address + ":" + std::to_string((*role)->sip_port())}});
  int asked = 0;
  while (asked < 2 && !(*role)->drained()) {
    const timespec wait{0, 200'000'000};
    if (sigtimedwait(&signals, nullptr, &wait) < 0) continue;
    ++asked;
    base::log_info("media drains", {{"calls", std::to_string((*role)->calls())}});
    (*role)->drain();
  }
  return {};
}

}  // namespace mamori::telephony
