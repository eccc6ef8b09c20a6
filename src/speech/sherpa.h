#pragma once
// sherpa-onnx (Apache-2.0, tier 2): loaded at run time from the path the operator gives, never linked, never shipped.
//
// Only version 1.13.8 is accepted: its structures are declared by hand (sherpa_api.h) and shift between versions. The
// library ends the whole process when a model does not fit it (exit, abort): check a model first (models/, probe() in
// engines.h), and let the role that loads it be one that may be restarted.
//
// Everything here is thread-safe unless it says otherwise. Sound is 8 kHz mono; the library resamples.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "speech/tier2.h"

namespace mamori::speech {

class SherpaLibrary;  // the loaded library; kept for the life of the program once loaded

/// kNotFound: no such file; kInvalidArgument: not the library, a symbol is missing, or another version, with both named.
base::Result<std::shared_ptr<const SherpaLibrary>> load_sherpa(const std::string& path);

/// What a model is. Files are full paths; those a kind does not need stay empty.
struct SherpaModel {
  std::string kind;  // see sherpa_kinds()
  std::string name;
  std::string licence;
  std::string model, encoder, decoder, joiner, tokens;
  std::string language = "ja";  // SenseVoice
  int threads = 1;
};

/// Kinds that hear while the caller speaks: "streaming-transducer", "streaming-zipformer2-ctc"; and those that take whole
/// segments: "transducer", "zipformer-ctc", "nemo-ctc", "sense-voice".
bool sherpa_streams(const std::string& kind);
bool sherpa_takes_segments(const std::string& kind);
/// The roles of files a kind needs ("model", "tokens", ...); empty for an unknown kind. Also "silero-vad",
/// "speaker-embedding" and "gtcrn-denoiser".
std::vector<std::string> sherpa_files(const std::string& kind);

base::Result<std::unique_ptr<StreamingEngine>> make_sherpa_streaming(std::shared_ptr<const SherpaLibrary> library, const SherpaModel& model);

/// Where in a sound somebody speaks.
class SherpaVad {
 public:
  static base::Result<std::unique_ptr<SherpaVad>> open(std::shared_ptr<const SherpaLibrary> library, const std::string& silero_model);
  virtual ~SherpaVad() = default;
  struct Span {
    double start = 0;  // seconds
    double end = 0;
  };
  [[nodiscard]] virtual std::vector<Span> find(std::span<const audio::Sample> pcm) const = 0;
};

/// A voice as a vector; the cosine between two says how alike they are. Which voices may be kept is not decided here.
class SherpaSpeaker {
 public:
  static base::Result<std::unique_ptr<SherpaSpeaker>> open(std::shared_ptr<const SherpaLibrary> library, const std::string& model);
  virtual ~SherpaSpeaker() = default;
  [[nodiscard]] virtual int dimension() const = 0;
  /// kInvalidArgument when the sound is too short for the model.
  [[nodiscard]] virtual base::Result<std::vector<float>> embed(std::span<const audio::Sample> pcm) const = 0;
};

class SherpaDenoiser {
 public:
  static base::Result<std::unique_ptr<SherpaDenoiser>> open(std::shared_ptr<const SherpaLibrary> library, const std::string& gtcrn_model);
  virtual ~SherpaDenoiser() = default;
  /// As long as what came in.
  [[nodiscard]] virtual base::Result<std::vector<audio::Sample>> clean(std::span<const audio::Sample> pcm) const = 0;
};

/// `vad` and `denoiser` may be null: with a VAD a segment without a voice is not transcribed at all (models invent words
/// in noise), with a denoiser it is cleaned first.
base::Result<std::unique_ptr<SegmentEngine>> make_sherpa_segments(std::shared_ptr<const SherpaLibrary> library, const SherpaModel& model,
                                                                  std::shared_ptr<const SherpaVad> vad = {}, std::shared_ptr<const SherpaDenoiser> denoiser = {});

/// Joins what recognisers write with spaces where Japanese has none: "土下座 しろ OK です" -> "土下座しろOKです", "thank you" as it is.
std::string without_japanese_spaces(std::string_view text);

}  // namespace mamori::speech
