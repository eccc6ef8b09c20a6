#include "speech/server.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/log.h"
#include "link/server.h"
#include "speech/built_in.h"
#include "speech/transcribe.h"

namespace mamori::speech {
namespace {

constexpr auto kLagEvery = std::chrono::seconds(1);
constexpr std::size_t kBite = 1600;  // samples a worker takes at once: 200 ms, so that streams take turns

base::json::object base_message(const char* type, const std::string& stream) {
  base::json::object m;
  m["type"] = type;
  m["stream"] = stream;
  return m;
}

base::json::object to_message(const std::string& stream, const Event& event) {
  if (const auto* p = std::get_if<Partial>(&event)) {
    auto m = base_message("partial", stream);
    m["segment"] = p->segment;
    m["start"] = p->start;
    m["end"] = p->end;
    m["text"] = p->text;
    return m;
  }
  if (const auto* f = std::get_if<Final>(&event)) {
    auto m = base_message("final", stream);
    m["segment"] = f->segment;
    m["start"] = f->start;
    m["end"] = f->end;
    m["text"] = f->text;
    m["phonemes"] = f->phonemes;
    m["confidence"] = f->confidence;
    m["engine"] = f->engine;
    if (!f->emotion.empty()) m["emotion"] = f->emotion;
    return m;
  }
  if (const auto* s = std::get_if<Spotted>(&event)) {
    auto m = base_message("spotted", stream);
    m["start"] = s->start;
    m["end"] = s->end;
    m["phrase"] = s->phrase;
    m["category"] = s->category;
    m["score"] = s->score;
    return m;
  }
  const auto& c = std::get<Cue>(event);
  auto m = base_message("cue", stream);
  for (auto& [key, value] : to_json(c)) m[key] = value;
  return m;
}

base::json::object to_message(const std::string& stream, const Voiceprint& print) {
  auto m = base_message("voiceprint", stream);
  m["model"] = print.model;
  m["seconds"] = print.speech_seconds;
  m["vector"] = base::json::array(print.vector.begin(), print.vector.end());
  return m;
}

}  // namespace

struct StreamPool::Stream {
  std::string name;
  std::unique_ptr<Recognizer> recognizer;  // touched by its worker only
  std::optional<VoiceprintMeter> voice;    // only where the hub asked for it; worker only
  std::uint64_t expected = 0;              // position the recognizer has reached; worker only

  // Under the worker's mutex:
  std::deque<link::Audio> waiting;
  std::size_t waiting_samples = 0;
  std::uint64_t dropped_samples = 0;
  std::uint64_t told_dropped = 0;
  std::chrono::steady_clock::time_point told_at{};
  bool closing = false;
  bool queued = false;  // in the worker's turn list
};

struct StreamPool::Worker {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::shared_ptr<Stream>> turn;
  bool stop = false;
  std::thread thread;
};

struct StreamPool::Impl {
  const Engine& engine;
  int max_streams;
  Send send;
  std::shared_ptr<const VoiceprintModel> voices;
  std::vector<std::unique_ptr<Worker>> workers;
  std::mutex mutex;  // guards `streams` and `next`
  struct Place {
    std::shared_ptr<Stream> stream;
    Worker* worker;
  };
  std::map<std::string, Place> streams;
  std::size_t next = 0;

  Impl(const Engine& e, int streams_at_most, Send s, std::shared_ptr<const VoiceprintModel> v)
      : engine(e), max_streams(streams_at_most), send(std::move(s)), voices(std::move(v)) {}

  static void queue(Worker& worker, const std::shared_ptr<Stream>& stream) {
    if (stream->queued) return;
    stream->queued = true;
    worker.turn.push_back(stream);
    worker.wake.notify_one();
  }

  void open(const std::string& name, std::int64_t rate, bool voiceprint) {
    if (name.empty() || name.size() > link::kMaxStreamName)
      return base::log_warning("speech: open without a usable stream name");
    if (rate != audio::kTelephoneRate) {
      base::log_warning("speech: stream refused, its rate is not 8000 Hz", {{"stream", name}});
      return send(base_message("closed", name));
    }
    const std::lock_guard lock(mutex);
    if (streams.contains(name)) return;
    if (static_cast<int>(streams.size()) >= max_streams) {
      base::log_warning("speech: stream refused, too many are open", {{"stream", name}});
      return send(base_message("closed", name));
    }
    auto stream = std::make_shared<Stream>();
    stream->name = name;
    stream->recognizer = engine.open();
    if (voiceprint && voices) stream->voice.emplace(voices);
    streams[name] = {stream, workers[next++ % workers.size()].get()};
  }

  std::optional<Place> find(const std::string& name, bool remove) {
    const std::lock_guard lock(mutex);
    const auto at = streams.find(name);
    if (at == streams.end()) return std::nullopt;
    Place place = at->second;
    if (remove) streams.erase(at);
    return place;
  }

  void close(const std::string& name) {
    const auto place = find(name, true);
    if (!place) return;
    const std::lock_guard lock(place->worker->mutex);
    place->stream->closing = true;
    queue(*place->worker, place->stream);
  }

  void take(link::Audio audio) {
    const std::string name = audio.stream;
    if (audio.rate != static_cast<std::uint32_t>(audio::kTelephoneRate)) {
      base::log_warning("speech: stream closed, a frame came at another rate", {{"stream", name}});
      return close(name);
    }
    const auto place = find(name, false);
    if (!place) return;  // closed meanwhile, or never opened
    const std::lock_guard lock(place->worker->mutex);
    Stream& s = *place->stream;
    s.waiting_samples += audio.samples.size();
    s.waiting.push_back(std::move(audio));
    while (s.waiting_samples > kMaxWaitingSamples && s.waiting.size() > 1) {
      s.waiting_samples -= s.waiting.front().samples.size();
      s.dropped_samples += s.waiting.front().samples.size();
      s.waiting.pop_front();
    }
    queue(*place->worker, place->stream);
  }

  void work(Worker& worker) {
    while (true) {
      std::shared_ptr<Stream> stream;
      std::vector<link::Audio> bite;
      bool closing = false;
      base::json::object lag;
      {
        std::unique_lock lock(worker.mutex);
        worker.wake.wait(lock, [&] { return worker.stop || !worker.turn.empty(); });
        if (worker.stop) return;
        stream = worker.turn.front();
        worker.turn.pop_front();
        stream->queued = false;
        for (std::size_t n = 0; n < kBite && !stream->waiting.empty();) {
          n += stream->waiting.front().samples.size();
          stream->waiting_samples -= stream->waiting.front().samples.size();
          bite.push_back(std::move(stream->waiting.front()));
          stream->waiting.pop_front();
        }
        if (!stream->waiting.empty()) {
          queue(worker, stream);
        } else {
          closing = stream->closing;
        }
        lag = lag_message(*stream);
      }
      if (!lag.empty()) send(lag);
      std::vector<Event> events;
      std::vector<Voiceprint> prints;
      for (const auto& audio : bite) {
        hear(*stream, audio, events);
        if (stream->voice) stream->voice->push(audio.samples, prints);
      }
      if (closing) stream->recognizer->finish(events);
      for (const auto& e : events) send(to_message(stream->name, e));
      for (const auto& p : prints) send(to_message(stream->name, p));
      if (closing) send(base_message("closed", stream->name));
    }
  }

  static base::json::object lag_message(Stream& s) {
    const auto now = std::chrono::steady_clock::now();
    const bool behind = s.waiting_samples > kMaxWaitingSamples / 4;
    if ((!behind && s.dropped_samples == s.told_dropped) || now - s.told_at < kLagEvery) return {};
    s.told_at = now;
    s.told_dropped = s.dropped_samples;
    auto m = base_message("lag", s.name);
    m["behind_ms"] = s.waiting_samples * 1000 / audio::kTelephoneRate;
    m["dropped_ms"] = s.dropped_samples * 1000 / audio::kTelephoneRate;
    return m;
  }

  static void hear(Stream& s, const link::Audio& audio, std::vector<Event>& events) {
    if (audio.position > s.expected) s.recognizer->skip(audio.position - s.expected, events);
    std::span<const audio::Sample> samples(audio.samples);
    // Sent twice: the part already heard is passed over.
    if (audio.position < s.expected)
      samples = samples.subspan(std::min<std::uint64_t>(samples.size(), s.expected - audio.position));
    s.recognizer->accept(samples, events);
    s.expected = std::max(s.expected, audio.position + audio.samples.size());
  }
};

StreamPool::StreamPool(const Engine& engine, int workers, int max_streams, Send send, std::shared_ptr<const VoiceprintModel> voices)
    : impl_(std::make_unique<Impl>(engine, max_streams, std::move(send), std::move(voices))) {
  for (int i = 0; i < std::max(1, workers); ++i) impl_->workers.push_back(std::make_unique<Worker>());
  for (auto& w : impl_->workers) w->thread = std::thread([this, worker = w.get()] { impl_->work(*worker); });
}

StreamPool::~StreamPool() {
  for (auto& w : impl_->workers) {
    const std::lock_guard lock(w->mutex);
    w->stop = true;
    w->wake.notify_one();
  }
  for (auto& w : impl_->workers) w->thread.join();
}

void StreamPool::message(const base::json::object& message) {
  const std::string type = base::get_string(message, "type");
  if (type == "open") {
    impl_->open(base::get_string(message, "stream"), base::get_int(message, "rate", audio::kTelephoneRate), base::get_bool(message, "voiceprint"));
  } else if (type == "close") {
    impl_->close(base::get_string(message, "stream"));
  } else if (type == "ping") {
    base::json::object pong;
    pong["type"] = "pong";
    pong["id"] = base::get_int(message, "id");
    impl_->send(pong);
  } else {
    base::log_warning("speech: message of an unknown type is ignored", {{"type", type.substr(0, 40)}});
  }
}

void StreamPool::audio(link::Audio audio) { impl_->take(std::move(audio)); }

void StreamPool::close_all() {
  std::vector<std::string> names;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [name, place] : impl_->streams) names.push_back(name);
  }
  for (const auto& name : names) impl_->close(name);
}

namespace {

base::json::object engine_message(const EngineState& state) {
  base::json::object m;
  m["type"] = "engine";
  m["name"] = state.info.name;
  m["tier"] = state.info.tier;
  m["model"] = state.info.model;
  m["licence"] = state.info.licence;
  if (!state.instead_of.empty()) {
    m["instead_of"] = state.instead_of;
    m["problem"] = state.problem;
  }
  return m;
}

// The configured engine, unless it is what ended the last run, or does not survive being tried.
base::Result<std::unique_ptr<GuardedEngine>> choose_engine(const SpeechOptions& options, const CrashMark& mark) {
  BuiltInOptions built_in;
  built_in.model_dir = options.model_dir.empty() ? default_model_dir() : options.model_dir;
  built_in.phrases = options.phrases.empty() ? default_phrases() : options.phrases;
  built_in.own_words = options.own_words;
  if (options.engine.engine == "built-in") return make_engine(options.engine, built_in, false);
  std::string problem;
  if (mark.crashed_last_time(options.engine.fingerprint())) {
    problem = options.engine.engine + " ended the speech process; it is tried again the next time this process is started";
  } else if (auto tried = probe(options.engine); !tried) {
    problem = tried.error().message;
  } else {
    auto engine = make_engine(options.engine, built_in, false);
    // Only what runs inside this process can end it.
    if (engine && options.engine.engine == "sherpa-onnx" && (*engine)->state().instead_of.empty()) mark.set(options.engine.fingerprint());
    return engine;
  }
  base::log_error("speech: the built-in engine takes over", {{"instead_of", options.engine.engine}, {"reason", problem}});
  auto alone = make_built_in(built_in);
  if (!alone) return base::fail(alone.error());
  return std::make_unique<GuardedEngine>(std::shared_ptr<const Engine>(std::move(*alone)), options.engine.engine, problem);
}

}  // namespace

int run_speech(const SpeechOptions& options) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  // Blocked before any thread starts, so that only sigwait below takes them.
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const CrashMark mark(options.socket + ".engine");
  auto engine = choose_engine(options, mark);
  if (!engine) {
    base::log_error("speech: " + engine.error().message);
    return 1;
  }
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  const int workers = options.workers > 0 ? options.workers : std::clamp(cores, 1, 16);

  std::unique_ptr<link::Server> server;
  std::mutex ready;  // the handlers may run before `server` is set
  const auto send = [&](const base::json::object& m) {
    const std::lock_guard lock(ready);
    if (server) server->send(m);
  };
  (*engine)->on_change([&](const EngineState& state) { send(engine_message(state)); });
  std::shared_ptr<const VoiceprintModel> voices;
  if (!options.voiceprint_model.empty()) {
    // Recognition goes on without it; the hub, which loads the same file, tells people.
    if (auto model = VoiceprintModel::load(options.voiceprint_model))
      voices = std::move(*model);
    else
      base::log_error("speech: " + model.error().message);
  }
  std::optional<StreamPool> pool(std::in_place, **engine, workers, options.max_streams, send, voices);
  link::Server::Handlers handlers;
  handlers.connected = [&] {
    send(engine_message((*engine)->state()));
  };
  handlers.disconnected = [&] { pool->close_all(); };
  handlers.message = [&](const base::json::object& m) { pool->message(m); };
  handlers.audio = [&](link::Audio a) { pool->audio(std::move(a)); };
  {
    const std::lock_guard lock(ready);
    auto listening = link::Server::listen({options.socket, "speech"}, std::move(handlers));
    if (!listening) {
      base::log_error("speech: " + listening.error().message);
      return 1;
    }
    server = std::move(*listening);
  }
  base::log_info("speech: listening", {{"socket", options.socket}, {"workers", std::to_string(workers)}});
  const timespec second{1, 0};
  while (sigtimedwait(&stop, nullptr, &second) < 0) {
    const auto fresh = (*engine)->refresh();
    if (!fresh) base::log_warning("speech: the organisation's words are not used: " + fresh.error().message);
  }
  base::log_info("speech: stopping");
  std::unique_ptr<link::Server> closing;
  {
    const std::lock_guard lock(ready);
    closing = std::move(server);
  }
  closing.reset();
  pool.reset();
  mark.clear();
  // A thread that an engine never came back from is still in it: destructors would run under its feet.
  if ((*engine)->abandoned() > 0) std::_Exit(0);
  return 0;
}

}  // namespace mamori::speech
