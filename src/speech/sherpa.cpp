#include "speech/sherpa.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>

#include "audio/resample.h"
#include "base/json.h"
#include "speech/sherpa_api.h"

namespace mamori::speech {

using base::ErrorCode;
using namespace sherpa;  // NOLINT: the C structures, in their own namespace

class SherpaLibrary {
 public:
#define MAMORI_MEMBER(member, symbol, type) decltype(static_cast<type>(nullptr)) member = nullptr;
  MAMORI_SHERPA_FUNCTIONS(MAMORI_MEMBER)
#undef MAMORI_MEMBER
};

namespace {

constexpr std::int32_t kModelRate = 16000;  // of the models. The library would resample too, and write a line about it for every stream
constexpr std::int32_t kMelBands = 80;
constexpr double kTokenTail = 0.2;  // a token's time is where it begins
// Seconds of quiet that end a segment: with nothing said yet, and after words; and the longest segment.
constexpr float kQuietWithoutWords = 2.4F;
constexpr float kQuietAfterWords = 0.6F;
constexpr float kLongest = 12.0F;
constexpr int kVadWindow = 512;

using Library = std::shared_ptr<const SherpaLibrary>;

std::vector<float> to_float(std::span<const audio::Sample> pcm) {
  std::vector<float> out(pcm.size());
  std::ranges::transform(pcm, out.begin(), [](audio::Sample s) { return audio::to_float(s); });
  return out;
}

std::vector<audio::Sample> at_model_rate(std::span<const audio::Sample> pcm) {
  std::vector<audio::Sample> out;
  if (auto up = audio::Resampler::make(audio::kTelephoneRate, kModelRate)) {
    up->push(pcm, out);
    up->finish(out);
  }
  return out;
}

// Calls the library; what it throws (ONNX Runtime's exceptions come through its C interface) becomes an error.
template <class Call>
base::Result<> guarded(const char* doing, Call call) {
  try {
    call();
    return {};
  } catch (const std::exception& error) {
    return base::fail(ErrorCode::kInternal, std::string("sherpa-onnx: ") + doing + ": " + error.what());
  } catch (...) {
    return base::fail(ErrorCode::kInternal, std::string("sherpa-onnx: ") + doing + " failed");
  }
}

const std::map<std::string, std::vector<std::string>>& kinds() {
  static const std::map<std::string, std::vector<std::string>> kKinds{
      {"streaming-transducer", {"encoder", "decoder", "joiner", "tokens"}},
      {"streaming-zipformer2-ctc", {"model", "tokens"}},
      {"transducer", {"encoder", "decoder", "joiner", "tokens"}},
      {"zipformer-ctc", {"model", "tokens"}},
      {"nemo-ctc", {"model", "tokens"}},
      {"sense-voice", {"model", "tokens"}},
      {"silero-vad", {"model"}},
      {"speaker-embedding", {"model"}},
      {"gtcrn-denoiser", {"model"}},
  };
  return kKinds;
}

base::Result<> check_files(const SherpaModel& model) {
  const auto needed = sherpa_files(model.kind);
  if (needed.empty()) return base::fail(ErrorCode::kInvalidArgument, "sherpa-onnx: unknown kind of model \"" + model.kind + "\"");
  const std::map<std::string, const std::string*> by_role{{"model", &model.model}, {"encoder", &model.encoder}, {"decoder", &model.decoder}, {"joiner", &model.joiner}, {"tokens", &model.tokens}};
  for (const auto& role : needed) {
    const auto& path = *by_role.at(role);
    std::error_code ec;
    // The library ends the process over a missing file.
    if (path.empty() || !std::filesystem::is_regular_file(path, ec)) {
      return base::fail(ErrorCode::kNotFound, "sherpa-onnx: the " + role + " file of \"" + model.kind + "\" is not there" + (path.empty() ? "" : ": " + path));
    }
  }
  return {};
}

EngineInfo info_of(const SherpaModel& model) {
  return {"sherpa-onnx:" + (model.name.empty() ? model.kind : model.name), 2, model.name.empty() ? model.kind : model.name, model.licence};
}

// "<|ANGRY|>" -> "angry"; what says nothing is empty.
std::string emotion_of(const char* tag) {
  std::string out;
  for (const char* c = tag; c != nullptr && *c != '\0'; ++c) {
    if (*c >= 'A' && *c <= 'Z') out += static_cast<char>(*c - 'A' + 'a');
  }
  return out == "neutral" || out.starts_with("emo") || out == "unk" ? "" : out;
}

struct TokenTimes {
  double first = 0;
  double last = 0;
  double offset = 0;
  double confidence = -1;
};

// Of the result's own JSON: where the segment began, and how sure each token was (natural logarithms).
TokenTimes times_of(const char* text, std::int32_t count, const float* stamps) {
  TokenTimes t;
  if (stamps != nullptr && count > 0) {
    t.first = stamps[0];
    t.last = stamps[count - 1];
  }
  const auto value = base::parse_json(text == nullptr ? "" : text);
  if (!value || !value->is_object()) return t;
  t.offset = base::get_double(value->as_object(), "start_time", 0);
  for (const char* name : {"ys_probs", "ys_log_probs"}) {
    const auto* list = value->as_object().if_contains(name);
    if (list == nullptr || !list->is_array() || list->as_array().empty()) continue;
    double sum = 0;
    for (const auto& p : list->as_array()) sum += std::exp(std::min(0.0, p.is_number() ? p.to_number<double>() : 0.0));
    t.confidence = sum / static_cast<double>(list->as_array().size());
  }
  return t;
}

struct Online {
  Library library;
  const OnlineRecognizer* handle = nullptr;
  EngineInfo info;
  ~Online() {
    if (handle != nullptr) library->destroy_online(handle);
  }
};

class Session final : public StreamingSession {
 public:
  explicit Session(std::shared_ptr<const Online> engine) : engine_(std::move(engine)), stream_(lib().create_online_stream(engine_->handle)) {}
  ~Session() override {
    if (stream_ != nullptr) lib().destroy_online_stream(stream_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  base::Result<> accept(std::span<const audio::Sample> pcm, std::vector<Event>& out) override {
    if (stream_ == nullptr || !up_) return base::fail(ErrorCode::kInternal, "sherpa-onnx: no stream could be opened");
    if (pcm.empty()) return {};
    return guarded("recognition", [&] {
      std::vector<audio::Sample> wide;
      up_->push(pcm, wide);
      feed(wide);
      fed_ += pcm.size();
      advance(out);
    });
  }

  base::Result<> finish(std::vector<Event>& out) override {
    if (stream_ == nullptr || !up_) return {};
    return guarded("recognition", [&] {
      // The model looks ahead: its last words need sound after them.
      std::vector<audio::Sample> wide;
      up_->push(std::vector<audio::Sample>(audio::kTelephoneRate * 2 / 3, 0), wide);
      up_->finish(wide);
      feed(wide);
      lib().online_finished(stream_);
      advance(out);
      report(true, out);
    });
  }

 private:
  [[nodiscard]] const SherpaLibrary& lib() const { return *engine_->library; }

  void feed(std::span<const audio::Sample> wide) {
    const auto samples = to_float(wide);
    if (!samples.empty()) lib().online_accept(stream_, kModelRate, samples.data(), static_cast<std::int32_t>(samples.size()));
  }

  void advance(std::vector<Event>& out) {
    while (lib().online_ready(engine_->handle, stream_) != 0) {
      lib().online_decode(engine_->handle, stream_);
      if (lib().online_endpoint(engine_->handle, stream_) != 0) {
        report(true, out);
        lib().online_reset(engine_->handle, stream_);
      }
    }
    report(false, out);
  }

  void report(bool final, std::vector<Event>& out) {
    const auto* result = lib().online_result(engine_->handle, stream_);
    if (result == nullptr) return;
    std::string text = without_japanese_spaces(result->text == nullptr ? "" : result->text);
    const auto t = times_of(result->json, result->count, result->timestamps);
    lib().destroy_online_result(result);
    const double now = static_cast<double>(fed_) / audio::kTelephoneRate;
    // Where the version gives no start_time, the last end is the best that is known.
    const double start = std::min(now, t.offset + t.first);
    const double end = std::clamp(t.offset + t.last + kTokenTail, start, std::max(start, now));
    if (!final) {
      if (!text.empty() && text != shown_) out.emplace_back(Partial{segment_, start, end, text});
      shown_ = std::move(text);
      return;
    }
    shown_.clear();
    if (text.empty()) return;
    Final f;
    f.segment = segment_++;
    f.start = start;
    f.end = end;
    f.text = std::move(text);
    f.confidence = t.confidence < 0 ? 0.5 : t.confidence;
    f.engine = engine_->info.name;
    out.emplace_back(std::move(f));
  }

  std::shared_ptr<const Online> engine_;
  const OnlineStream* stream_;
  base::Result<audio::Resampler> up_ = audio::Resampler::make(audio::kTelephoneRate, kModelRate);
  std::size_t fed_ = 0;
  int segment_ = 0;
  std::string shown_;
};

class Streaming final : public StreamingEngine {
 public:
  explicit Streaming(std::shared_ptr<const Online> engine) : engine_(std::move(engine)) {}
  [[nodiscard]] const EngineInfo& info() const override { return engine_->info; }
  [[nodiscard]] base::Result<std::unique_ptr<StreamingSession>> open() const override {
    std::unique_ptr<StreamingSession> session;
    if (auto ok = guarded("opening a stream", [&] { session = std::make_unique<Session>(engine_); }); !ok) return base::fail(ok.error());
    return session;
  }

 private:
  std::shared_ptr<const Online> engine_;
};

class Segments final : public SegmentEngine {
 public:
  Segments(Library library, const OfflineRecognizer* handle, EngineInfo info, std::shared_ptr<const SherpaVad> vad, std::shared_ptr<const SherpaDenoiser> denoiser)
      : library_(std::move(library)), handle_(handle), info_(std::move(info)), vad_(std::move(vad)), denoiser_(std::move(denoiser)) {}
  ~Segments() override { library_->destroy_offline(handle_); }
  Segments(const Segments&) = delete;
  Segments& operator=(const Segments&) = delete;
  [[nodiscard]] const EngineInfo& info() const override { return info_; }

  [[nodiscard]] base::Result<SegmentText> transcribe(std::span<const audio::Sample> pcm) const override {
    // Below 100 ms there is no frame for some models, and they abort over it.
    if (pcm.size() < audio::kTelephoneRate / 10) return SegmentText{};
    if (vad_ && vad_->find(pcm).empty()) return SegmentText{};
    std::vector<audio::Sample> cleaned;
    if (denoiser_) {
      auto clean = denoiser_->clean(pcm);
      if (!clean) return base::fail(clean.error());
      cleaned = std::move(*clean);
      pcm = cleaned;
    }
    SegmentText out;
    auto ok = guarded("recognition", [&] {
      const auto samples = to_float(at_model_rate(pcm));
      const std::unique_ptr<const OfflineStream, void (*)(const OfflineStream*)> stream(library_->create_offline_stream(handle_), library_->destroy_offline_stream);
      if (!stream) throw std::runtime_error("no stream could be opened");
      library_->offline_accept(stream.get(), kModelRate, samples.data(), static_cast<std::int32_t>(samples.size()));
      library_->offline_decode(handle_, stream.get());
      const auto* result = library_->offline_result(stream.get());
      if (result == nullptr) throw std::runtime_error("no result");
      out.text = without_japanese_spaces(result->text == nullptr ? "" : result->text);
      out.emotion = emotion_of(result->emotion);
      out.confidence = times_of(result->json, result->count, result->timestamps).confidence;
      library_->destroy_offline_result(result);
    });
    if (!ok) return base::fail(ok.error());
    return out;
  }

 private:
  Library library_;
  const OfflineRecognizer* handle_;
  EngineInfo info_;
  std::shared_ptr<const SherpaVad> vad_;
  std::shared_ptr<const SherpaDenoiser> denoiser_;
};

class Vad final : public SherpaVad {
 public:
  Vad(Library library, std::string model) : library_(std::move(library)), model_(std::move(model)) {}

  [[nodiscard]] bool works() const { return make() != nullptr; }

  // A detector has a state: one for each sound. Opening it takes about 20 ms.
  [[nodiscard]] std::vector<Span> find(std::span<const audio::Sample> pcm) const override {
    std::vector<Span> out;
    const auto detector = make();
    if (!detector) return out;
    const auto samples = to_float(at_model_rate(pcm));
    (void)guarded("voice activity", [&] {
      const auto take = [&] {
        while (library_->vad_empty(detector.get()) == 0) {
          const auto* segment = library_->vad_front(detector.get());
          if (segment == nullptr) break;
          out.push_back({static_cast<double>(segment->start) / kModelRate, static_cast<double>(segment->start + segment->n) / kModelRate});
          library_->destroy_segment(segment);
          library_->vad_pop(detector.get());
        }
      };
      for (std::size_t at = 0; at < samples.size(); at += kVadWindow) {
        library_->vad_accept(detector.get(), samples.data() + at, static_cast<std::int32_t>(std::min<std::size_t>(kVadWindow, samples.size() - at)));
        take();
      }
      library_->vad_flush(detector.get());
      take();
    });
    return out;
  }

 private:
  using Detector = std::unique_ptr<const VoiceActivityDetector, void (*)(const VoiceActivityDetector*)>;
  [[nodiscard]] Detector make() const {
    VadModelConfig config;
    std::memset(&config, 0, sizeof config);
    config.silero_vad = {model_.c_str(), 0.5F, 0.3F, 0.1F, kVadWindow, 20.0F};
    config.sample_rate = kModelRate;
    config.num_threads = 1;
    config.provider = "cpu";
    Detector out(nullptr, library_->destroy_vad);
    (void)guarded("voice activity", [&] { out.reset(library_->create_vad(&config, 30.0F)); });
    return out;
  }
  Library library_;
  std::string model_;
};

class Speaker final : public SherpaSpeaker {
 public:
  Speaker(Library library, const SpeakerEmbeddingExtractor* handle) : library_(std::move(library)), handle_(handle) {}
  ~Speaker() override { library_->destroy_speaker(handle_); }
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;
  [[nodiscard]] int dimension() const override { return library_->speaker_dim(handle_); }
  [[nodiscard]] base::Result<std::vector<float>> embed(std::span<const audio::Sample> pcm) const override {
    std::vector<float> out;
    bool ready = true;
    auto ok = guarded("speaker embedding", [&] {
      const std::unique_ptr<const OnlineStream, void (*)(const OnlineStream*)> stream(library_->speaker_stream(handle_), library_->destroy_online_stream);
      const auto samples = to_float(at_model_rate(pcm));
      library_->online_accept(stream.get(), kModelRate, samples.data(), static_cast<std::int32_t>(samples.size()));
      library_->online_finished(stream.get());
      ready = library_->speaker_ready(handle_, stream.get()) != 0;
      if (!ready) return;
      const float* vector = library_->speaker_compute(handle_, stream.get());
      if (vector == nullptr) throw std::runtime_error("no embedding");
      out.assign(vector, vector + dimension());
      library_->destroy_embedding(vector);
    });
    if (!ok) return base::fail(ok.error());
    if (!ready) return base::fail(ErrorCode::kInvalidArgument, "the sound is too short for the speaker model");
    return out;
  }

 private:
  Library library_;
  const SpeakerEmbeddingExtractor* handle_;
};

class Denoiser final : public SherpaDenoiser {
 public:
  Denoiser(Library library, const SpeechDenoiser* handle) : library_(std::move(library)), handle_(handle) {}
  ~Denoiser() override { library_->destroy_denoiser(handle_); }
  Denoiser(const Denoiser&) = delete;
  Denoiser& operator=(const Denoiser&) = delete;
  [[nodiscard]] base::Result<std::vector<audio::Sample>> clean(std::span<const audio::Sample> pcm) const override {
    if (pcm.empty()) return std::vector<audio::Sample>{};
    std::vector<audio::Sample> wide;
    std::int32_t rate = kModelRate;
    auto ok = guarded("denoising", [&] {
      const auto samples = to_float(at_model_rate(pcm));
      const auto* result = library_->denoise(handle_, samples.data(), static_cast<std::int32_t>(samples.size()), kModelRate);
      if (result == nullptr) throw std::runtime_error("no result");
      rate = result->sample_rate;
      for (std::int32_t i = 0; i < result->n; ++i) wide.push_back(static_cast<audio::Sample>(std::clamp(result->samples[i], -1.0F, 1.0F) * 32767));
      library_->destroy_audio(result);
    });
    if (!ok) return base::fail(ok.error());
    auto out = audio::to_telephone_rate(wide, rate);
    if (!out) return base::fail(out.error());
    out->resize(pcm.size());
    return out;
  }

 private:
  Library library_;
  const SpeechDenoiser* handle_;
};

base::Result<> readable(const std::string& path, const char* what) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(path, ec)) return base::fail(ErrorCode::kNotFound, std::string("sherpa-onnx: the ") + what + " model is not there: " + path);
  return {};
}

}  // namespace

base::Result<std::shared_ptr<const SherpaLibrary>> load_sherpa(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, Library> loaded;  // ONNX Runtime does not survive being unloaded
  const std::lock_guard lock(mutex);
  if (const auto known = loaded.find(path); known != loaded.end()) return known->second;
  std::error_code ec;
  if (path.empty() || !std::filesystem::is_regular_file(path, ec)) return base::fail(ErrorCode::kNotFound, "sherpa-onnx: the library is not there: " + (path.empty() ? "speech.library is not set" : path));
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    return base::fail(ErrorCode::kInvalidArgument, "sherpa-onnx: " + std::string(why == nullptr ? path + " cannot be loaded" : why));
  }
  const auto version = reinterpret_cast<const char* (*)()>(dlsym(handle, "SherpaOnnxGetVersionStr"));
  const char* found = version == nullptr ? nullptr : version();
  if (found == nullptr || std::strcmp(found, kVersion) != 0) {
    const std::string message = found == nullptr ? path + " is not the C library of sherpa-onnx (libsherpa-onnx-c-api.so)" : "sherpa-onnx " + std::string(found) + " is not supported: version " + kVersion + " is needed (" + path + ")";
    dlclose(handle);
    return base::fail(ErrorCode::kInvalidArgument, message);
  }
  auto library = std::make_shared<SherpaLibrary>();
  const char* missing = nullptr;
#define MAMORI_RESOLVE(member, symbol, type)                        \
  library->member = reinterpret_cast<type>(dlsym(handle, #symbol)); \
  if (library->member == nullptr) missing = #symbol;
  MAMORI_SHERPA_FUNCTIONS(MAMORI_RESOLVE)
#undef MAMORI_RESOLVE
  if (missing != nullptr) {
    dlclose(handle);
    return base::fail(ErrorCode::kInvalidArgument, path + " lacks " + missing + ": it is not sherpa-onnx " + kVersion + " as published");
  }
  loaded[path] = library;
  return library;
}

bool sherpa_streams(const std::string& kind) { return kind.starts_with("streaming-") && kinds().contains(kind); }
bool sherpa_takes_segments(const std::string& kind) { return kind == "transducer" || kind == "zipformer-ctc" || kind == "nemo-ctc" || kind == "sense-voice"; }
std::vector<std::string> sherpa_files(const std::string& kind) {
  const auto at = kinds().find(kind);
  return at == kinds().end() ? std::vector<std::string>{} : at->second;
}

base::Result<std::unique_ptr<StreamingEngine>> make_sherpa_streaming(Library library, const SherpaModel& model) {
  if (!sherpa_streams(model.kind)) return base::fail(ErrorCode::kInvalidArgument, "sherpa-onnx: \"" + model.kind + "\" is no kind of streaming model");
  if (auto ok = check_files(model); !ok) return base::fail(ok.error());
  OnlineRecognizerConfig config;
  std::memset(&config, 0, sizeof config);
  config.feat_config = {kModelRate, kMelBands};
  auto& m = config.model_config;
  if (model.kind == "streaming-transducer")
    m.transducer = {model.encoder.c_str(), model.decoder.c_str(), model.joiner.c_str()};
  else
    m.zipformer2_ctc = {model.model.c_str()};
  m.tokens = model.tokens.c_str();
  m.num_threads = model.threads;
  m.provider = "cpu";
  config.decoding_method = "greedy_search";
  config.enable_endpoint = 1;
  config.rule1_min_trailing_silence = kQuietWithoutWords;
  config.rule2_min_trailing_silence = kQuietAfterWords;
  config.rule3_min_utterance_length = kLongest;
  auto engine = std::make_shared<Online>();
  engine->library = std::move(library);
  engine->info = info_of(model);
  if (auto ok = guarded("loading the model", [&] { engine->handle = engine->library->create_online(&config); }); !ok) return base::fail(ok.error());
  if (engine->handle == nullptr) return base::fail(ErrorCode::kInvalidArgument, "sherpa-onnx does not accept the model \"" + model.name + "\" as " + model.kind);
  return std::make_unique<Streaming>(std::move(engine));
}

base::Result<std::unique_ptr<SegmentEngine>> make_sherpa_segments(Library library, const SherpaModel& model, std::shared_ptr<const SherpaVad> vad, std::shared_ptr<const SherpaDenoiser> denoiser) {
  if (!sherpa_takes_segments(model.kind)) return base::fail(ErrorCode::kInvalidArgument, "sherpa-onnx: \"" + model.kind + "\" is no kind of model for whole segments");
  if (auto ok = check_files(model); !ok) return base::fail(ok.error());
  OfflineRecognizerConfig config;
  std::memset(&config, 0, sizeof config);
  config.feat_config = {kModelRate, kMelBands};
  auto& m = config.model_config;
  if (model.kind == "transducer") {
    m.transducer = {model.encoder.c_str(), model.decoder.c_str(), model.joiner.c_str()};
    m.model_type = "transducer";
  } else if (model.kind == "zipformer-ctc") {
    m.zipformer_ctc = {model.model.c_str()};
  } else if (model.kind == "nemo-ctc") {
    m.nemo_ctc = {model.model.c_str()};
  } else {
    m.sense_voice = {model.model.c_str(), model.language.c_str(), 1};
  }
  m.tokens = model.tokens.c_str();
  m.num_threads = model.threads;
  m.provider = "cpu";
  config.decoding_method = "greedy_search";
  const OfflineRecognizer* handle = nullptr;
  if (auto ok = guarded("loading the model", [&] { handle = library->create_offline(&config); }); !ok) return base::fail(ok.error());
  if (handle == nullptr) return base::fail(ErrorCode::kInvalidArgument, "sherpa-onnx does not accept the model \"" + model.name + "\" as " + model.kind);
  return std::make_unique<Segments>(std::move(library), handle, info_of(model), std::move(vad), std::move(denoiser));
}

base::Result<std::unique_ptr<SherpaVad>> SherpaVad::open(Library library, const std::string& model) {
  if (auto ok = readable(model, "VAD"); !ok) return base::fail(ok.error());
  auto vad = std::make_unique<Vad>(std::move(library), model);
  if (!vad->works()) return base::fail(ErrorCode::kInvalidArgument, "sherpa-onnx does not accept the VAD model " + model);
  return vad;
}

base::Result<std::unique_ptr<SherpaSpeaker>> SherpaSpeaker::open(Library library, const std::string& model) {
  if (auto ok = readable(model, "speaker"); !ok) return base::fail(ok.error());
  SpeakerEmbeddingExtractorConfig config;
  std::memset(&config, 0, sizeof config);
  config.model = model.c_str();
  config.num_threads = 1;
  config.provider = "cpu";
  const SpeakerEmbeddingExtractor* handle = nullptr;
  if (auto ok = guarded("loading the speaker model", [&] { handle = library->create_speaker(&config); }); !ok) return base::fail(ok.error());
  if (handle == nullptr) return base::fail(ErrorCode::kInvalidArgument, "sherpa-onnx does not accept the speaker model " + model);
  return std::make_unique<Speaker>(std::move(library), handle);
}

base::Result<std::unique_ptr<SherpaDenoiser>> SherpaDenoiser::open(Library library, const std::string& model) {
  if (auto ok = readable(model, "denoiser"); !ok) return base::fail(ok.error());
  SpeechDenoiserConfig config;
  std::memset(&config, 0, sizeof config);
  config.gtcrn = {model.c_str()};
  config.num_threads = 1;
  config.provider = "cpu";
  const SpeechDenoiser* handle = nullptr;
  if (auto ok = guarded("loading the denoiser", [&] { handle = library->create_denoiser(&config); }); !ok) return base::fail(ok.error());
  if (handle == nullptr) return base::fail(ErrorCode::kInvalidArgument, "sherpa-onnx does not accept the denoiser model " + model);
  return std::make_unique<Denoiser>(std::move(library), handle);
}

std::string without_japanese_spaces(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ' ') {
      out += text[i];
      continue;
    }
    const bool between_latin = !out.empty() && static_cast<unsigned char>(out.back()) < 0x80 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0x80;
    // Kept once, and only where both neighbours are written with spaces.
    if (between_latin && out.back() != ' ' && text[i + 1] != ' ') out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace mamori::speech
