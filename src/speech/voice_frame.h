#pragma once
// One look at a voice every 20 ms: level, fundamental, harmonicity and spectral balance. What VoiceMeter and the
// voice measures are made of.
//
// F0 follows Boersma (1993), "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise
// ratio of a sampled sound": the autocorrelation of a windowed frame over that of the window, several candidates a
// frame, and a path through them that pays for octave jumps; so a single frame cannot throw the track an octave away.
// All spectral measures look at 300-3400 Hz only: what a telephone line passes.
//
// One VoiceTrack per stream, one thread. The same sound in other chunks gives the same frames. Memory: about 20 kB.
#include <array>
#include <cstddef>
#include <deque>
#include <span>
#include <vector>

#include "audio/pcm.h"

namespace mamori::speech {

inline constexpr std::size_t kVoiceFrame = 320;  // samples: 40 ms
inline constexpr std::size_t kVoiceHop = 160;    // samples: 20 ms
inline constexpr double kVoiceHopSeconds = 0.02;
inline constexpr double kLowestF0 = 65;    // Hz
inline constexpr double kHighestF0 = 550;  // Hz: shouting goes beyond what read speech reaches

struct VoiceFrame {
  double db = -100;       // level in 300-3400 Hz, dB of full scale
  double f0 = 0;          // Hz; 0: not voiced
  double hnr = 0;         // harmonics to noise, dB; voiced frames only
  double alpha = 0;       // alpha ratio in the telephone band: 1-3.4 kHz over 0.3-1 kHz, dB
  double hammarberg = 0;  // strongest partial below 2 kHz over the strongest above, dB
  double balance = 0;     // 500-1000 Hz over 300-500 Hz, dB: rises with the first formant
  double middle = 0;      // 1-2 kHz over 2-3.4 kHz, dB
  double flux = 0;        // how far the shape of the spectrum moved since the last frame, mean dB over bands
};

/// Sound in, frames out, about 200 ms behind (the path through the candidates is settled then).
class VoiceTrack {
 public:
  VoiceTrack();
  /// Appends the frames that are settled.
  void push(std::span<const audio::Sample> pcm, std::vector<VoiceFrame>& out);
  /// The stream ends: settles what is left.
  void finish(std::vector<VoiceFrame>& out);

 private:
  static constexpr std::size_t kCandidates = 5;  // [0] is "not voiced"
  struct Step {
    VoiceFrame frame;
    std::array<double, kCandidates> f0{};        // Hz; 0 for not voiced, and where there is no such candidate
    std::array<double, kCandidates> strength{};  // Boersma's R, octave cost taken off
    std::array<double, kCandidates> periodic{};  // height of the autocorrelation
    std::array<double, kCandidates> best{};      // of the path that ends here
    std::array<std::size_t, kCandidates> from{};
    std::size_t count = 1;
  };
  void look(std::span<const audio::Sample> samples);
  void candidates(Step& step, std::span<const float> correlation) const;
  void connect(Step& step) const;
  void settle(std::size_t keep, std::vector<VoiceFrame>& out);

  std::vector<audio::Sample> pending_;
  std::deque<Step> steps_;
  std::array<double, 12> last_bands_{};
  bool first_ = true;
  double peak_db_ = -60;
};

/// Fundamental of 40 ms of speech on its own, Hz, or 0 where it is not voiced.
double fundamental(std::span<const audio::Sample> samples);

}  // namespace mamori::speech
