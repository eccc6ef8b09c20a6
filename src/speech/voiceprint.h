#pragma once
// Who is speaking: a voice in a few hundred numbers, and how likely two of them are one person.
//
// Off unless the organisation switches it on: a voiceprint is personal data of a special kind (個人識別符号, Act on the
// Protection of Personal Information, art. 2(2)). Nothing in here keeps anything; what is kept, for what purpose and
// until when is the store's.
//
// MFCC with deltas, normalised over the speech of the recording (Viikki & Laurila 1998) -> statistics against a
// universal background model (Reynolds et al. 2000), adapted with relevance (MAP) -> projected to a subspace of the
// mean shifts -> length normalisation (Garcia-Romero & Espy-Wilson 2011) -> two-covariance model (Bruemmer & de Villiers
// 2010): a log likelihood ratio, calibrated by an affine map. The ratio is against speakers in general, so no cohort of
// other people's voiceprints is shipped or needed.
//
// A model is immutable after loading: any number of threads may use one. A VoiceprintMeter belongs to one stream.
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/pcm.h"
#include "base/result.h"

namespace mamori::speech {

inline constexpr int kCepstra = 19;                     // c1..c19; c0, the loudness, says nothing about who it is
inline constexpr int kVoiceFeatures = 2 * kCepstra;     // and their deltas
inline constexpr double kLeastVoiceprintSeconds = 1.5;  // of speech; with less there is no voiceprint
inline constexpr double kMostVoiceprintSeconds = 60;    // of sound looked at

using Cepstrum = std::array<float, kCepstra>;
using VoiceFeature = std::array<float, kVoiceFeatures>;

/// MFCC every 10 ms of 8 kHz sound, with the frame's level; for VoiceprintMeter and training.
struct CepstrumFrame {
  Cepstrum c{};
  float db = -100;
};
std::vector<CepstrumFrame> cepstra(std::span<const audio::Sample> pcm);

/// Speech frames only, with deltas, mean 0 and variance 1 over themselves.
std::vector<VoiceFeature> voice_features(std::span<const CepstrumFrame> frames);

struct Voiceprint {
  std::string model;          // two voiceprints of different models cannot be compared
  std::vector<float> vector;  // about 100 numbers
  double speech_seconds = 0;
};

class VoiceprintModel {
 public:
  /// models/voiceprint-8k/voiceprint.bin (docs/format/speech-model.md, kind `voiceprint`).
  static base::Result<std::shared_ptr<const VoiceprintModel>> load(const std::string& path);
  ~VoiceprintModel();
  VoiceprintModel(const VoiceprintModel&) = delete;
  VoiceprintModel& operator=(const VoiceprintModel&) = delete;

  [[nodiscard]] const std::string& name() const;

  /// kInvalidArgument when there is less than kLeastVoiceprintSeconds of speech.
  [[nodiscard]] base::Result<Voiceprint> print(std::span<const audio::Sample> pcm) const;
  [[nodiscard]] base::Result<Voiceprint> print(std::span<const CepstrumFrame> frames) const;

  /// Natural logarithm of how much likelier the two are one person than two; calibrated, but only for the kind of sound
  /// the model was trained on. kInvalidArgument when either is of another model or size.
  [[nodiscard]] base::Result<double> compare(const Voiceprint& a, const Voiceprint& b) const;

 private:
  friend class VoiceprintTrainer;
  struct Impl;
  explicit VoiceprintModel(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

/// Probability from a log likelihood ratio, `prior` being how often a caller is the enrolled person at all.
double probability(double llr, double prior = 0.5);

/// A stream's voice so far: gives a voiceprint when there is enough speech, and again as more comes. Memory: at most
/// 0.5 MB. One thread.
class VoiceprintMeter {
 public:
  explicit VoiceprintMeter(std::shared_ptr<const VoiceprintModel> model) : model_(std::move(model)) {}
  /// Appends a voiceprint at about 6, 12, 24 and 48 seconds of speech.
  void push(std::span<const audio::Sample> pcm, std::vector<Voiceprint>& out);

 private:
  std::shared_ptr<const VoiceprintModel> model_;
  std::vector<audio::Sample> pending_;
  std::vector<CepstrumFrame> frames_;
  std::size_t next_look_ = 0;  // frames, before which there is nothing to try
  double next_seconds_ = 6;    // of speech
};

}  // namespace mamori::speech
