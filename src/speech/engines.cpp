#include "speech/engines.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "models/folder.h"
#include "net/key.h"
#include "speech/remote.h"
#include "speech/sherpa.h"
#include "speech/sherpa_api.h"

namespace mamori::speech {

namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

constexpr std::size_t kMostComplaint = 4096;  // of what a dying library says

// An installed model by name, or any folder with a model.json, checked file by file.
base::Result<SherpaModel> checked_model(const EngineConfig& config, const std::string& name_or_folder) {
  if (name_or_folder.empty()) return base::fail(ErrorCode::kInvalidArgument, "no model is named (speech.engine_model)");
  const std::string folder = name_or_folder.find('/') == std::string::npos ? config.models_dir + "/" + name_or_folder : name_or_folder;
  auto manifest = models::read_manifest(folder);
  if (!manifest) return base::fail(manifest.error(), "speech model");
  if (manifest->engine != "sherpa-onnx") return base::fail(ErrorCode::kInvalidArgument, manifest->name + " is a model for " + manifest->engine + ", not for sherpa-onnx");
  if (!manifest->engine_version.empty() && manifest->engine_version != sherpa::kVersion) return base::fail(ErrorCode::kInvalidArgument, manifest->name + " is for sherpa-onnx " + manifest->engine_version + "; this Mamori uses " + sherpa::kVersion);
  if (auto whole = models::verify(folder, *manifest); !whole) return base::fail(whole.error(), "speech model");
  SherpaModel model;
  model.kind = manifest->kind;
  model.name = manifest->name;
  model.licence = manifest->licence;
  model.language = config.language;
  model.threads = config.threads;
  const std::pair<const char*, std::string*> kRoles[] = {{"model", &model.model}, {"encoder", &model.encoder}, {"decoder", &model.decoder}, {"joiner", &model.joiner}, {"tokens", &model.tokens}};
  for (const auto& [role, path] : kRoles) {
    if (const auto* file = manifest->file(role)) *path = folder + "/" + file->path;
  }
  return model;
}

base::Result<SuppliedEngine> make_sherpa(const EngineConfig& config) {
  auto model = checked_model(config, config.engine_model);
  if (!model) return base::fail(model.error());
  auto library = load_sherpa(config.library);
  if (!library) return base::fail(library.error());
  SuppliedEngine out;
  if (sherpa_streams(model->kind)) {
    auto engine = make_sherpa_streaming(*library, *model);
    if (!engine) return base::fail(engine.error());
    out.streaming = std::move(*engine);
    return out;
  }
  std::shared_ptr<const SherpaVad> vad;
  std::shared_ptr<const SherpaDenoiser> denoiser;
  if (!config.vad.empty()) {
    auto found = checked_model(config, config.vad);
    if (!found) return base::fail(found.error());
    auto opened = SherpaVad::open(*library, found->model);
    if (!opened) return base::fail(opened.error());
    vad = std::move(*opened);
  }
  if (!config.denoiser.empty()) {
    auto found = checked_model(config, config.denoiser);
    if (!found) return base::fail(found.error());
    auto opened = SherpaDenoiser::open(*library, found->model);
    if (!opened) return base::fail(opened.error());
    denoiser = std::move(*opened);
  }
  auto engine = make_sherpa_segments(*library, *model, std::move(vad), std::move(denoiser));
  if (!engine) return base::fail(engine.error());
  out.segments = std::move(*engine);
  return out;
}

std::string boot_id() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(in, id);
  return id;
}

// The last line a person can use, of what a library wrote before it ended its process.
std::string last_line(const std::string& text) {
  std::string line;
  std::string best;
  for (const char c : text + "\n") {
    if (c == '\n') {
      if (line.find_first_not_of(" \t") != std::string::npos) best = line;
      line.clear();
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      line += c;
    }
  }
  return best.substr(0, 300);
}

}  // namespace

std::string EngineConfig::fingerprint() const {
  return engine + "|" + engine_model + "|" + library + "|" + vad + "|" + denoiser + "|" + address + "|" + remote_model;
}

base::Result<SuppliedEngine> make_supplied(const EngineConfig& config) {
  if (config.engine == "sherpa-onnx") return make_sherpa(config);
  if (config.engine != "websocket" && config.engine != "openai") return base::fail(ErrorCode::kInvalidArgument, "unknown engine \"" + config.engine + "\" (built-in, sherpa-onnx, websocket, openai)");
  auto key = net::read_key_file(config.api_key_file);
  if (!key) return base::fail(key.error());
  RemoteOptions options;
  options.address = config.address;
  options.model = config.remote_model;
  options.language = config.language;
  options.api_key = *key;
  options.ca_file = config.ca_file;
  // The exchange has to be over before the guard gives the thread up.
  options.timeout = std::chrono::milliseconds(std::max(100, config.patience_ms - 200));
  SuppliedEngine out;
  if (config.engine == "websocket") {
    auto engine = make_websocket_engine(options);
    if (!engine) return base::fail(engine.error());
    out.streaming = std::move(*engine);
  } else {
    auto engine = make_openai_engine(options);
    if (!engine) return base::fail(engine.error());
    out.segments = std::move(*engine);
  }
  return out;
}

base::Result<> probe(const EngineConfig& config, std::chrono::seconds limit) {
  if (config.engine != "sherpa-onnx") return {};
  int ends[2];
  if (::pipe(ends) != 0) return base::fail(ErrorCode::kResourceExhausted, "no pipe for trying the engine");
  const pid_t child = ::fork();
  if (child < 0) return base::fail(ErrorCode::kResourceExhausted, "no process for trying the engine");
  if (child == 0) {
    ::close(ends[0]);
    ::dup2(ends[1], STDERR_FILENO);
    ::alarm(static_cast<unsigned>(limit.count()));
    auto engine = make_supplied(config);
    std::string why = engine ? "" : engine.error().message;
    if (engine) {
      const std::vector<audio::Sample> second(audio::kTelephoneRate, 20);
      if (engine->segments) {
        if (auto text = engine->segments->transcribe(second); !text) why = text.error().message;
      } else {
        auto session = engine->streaming->open();
        std::vector<Event> events;
        base::Result<> ok = session ? (*session)->accept(second, events) : base::Result<>(base::fail(session.error()));
        if (ok) ok = (*session)->finish(events);
        if (!ok) why = ok.error().message;
      }
    }
    if (!why.empty()) (void)!::write(STDERR_FILENO, ("\n" + why + "\n").c_str(), why.size() + 2);
    ::_exit(why.empty() ? 0 : 3);
  }
  ::close(ends[1]);
  std::string said;
  const auto until = std::chrono::steady_clock::now() + limit;
  bool late = false;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    pollfd waiting{ends[0], POLLIN, 0};
    if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) == 0) {
      late = true;
      break;
    }
    char buffer[4096];
    const auto n = ::read(ends[0], buffer, sizeof buffer);
    if (n <= 0) break;
    said.append(buffer, static_cast<std::size_t>(n));
    if (said.size() > kMostComplaint) said.erase(0, said.size() - kMostComplaint);
  }
  ::close(ends[0]);
  if (late) ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!late && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const auto line = last_line(said);
  if (late) return base::fail(ErrorCode::kUnavailable, "the engine was not ready within " + std::to_string(limit.count()) + " s");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 3) return base::fail(ErrorCode::kInvalidArgument, line);
  return base::fail(ErrorCode::kInvalidArgument, std::string("the engine ends its process when it loads this model") + (line.empty() ? "" : ": " + line));
}

base::Result<std::unique_ptr<GuardedEngine>> make_engine(const EngineConfig& config, const BuiltInOptions& options, bool wait) {
  auto loaded = make_built_in(options);
  if (!loaded) return base::fail(loaded.error());
  const std::shared_ptr<const Engine> built_in = std::move(*loaded);
  if (config.engine == "built-in") return std::make_unique<GuardedEngine>(built_in, "", "");
  auto supplied = make_supplied(config);
  if (!supplied) {
    base::log_error("speech: the configured engine cannot be used", {{"engine", config.engine}, {"reason", supplied.error().message}});
    return std::make_unique<GuardedEngine>(built_in, config.engine, supplied.error().message);
  }
  GuardOptions guard;
  guard.patience = std::chrono::milliseconds(config.patience_ms);
  guard.workers = config.workers;
  guard.wait = wait;
  if (supplied->streaming) return std::make_unique<GuardedEngine>(built_in, supplied->streaming, guard);
  return std::make_unique<GuardedEngine>(built_in, supplied->segments, guard);
}

bool CrashMark::crashed_last_time(const std::string& fingerprint) const {
  std::ifstream in(path_);
  std::string boot;
  std::string used;
  const bool there = static_cast<bool>(std::getline(in, boot)) && static_cast<bool>(std::getline(in, used));
  clear();
  return there && boot == boot_id() && used == fingerprint;
}

void CrashMark::set(const std::string& fingerprint) const { std::ofstream(path_, std::ios::trunc) << boot_id() << "\n"
                                                                                                  << fingerprint << "\n"; }

void CrashMark::clear() const {
  std::error_code ec;
  fs::remove(path_, ec);
}

}  // namespace mamori::speech
