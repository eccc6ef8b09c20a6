#pragma once
// How it is said: loudness and pitch against this speaker's own first seconds, and what they amount to.
//
// A first, thin measure: arousal and shouting are a fixed function of how far loudness and F0 rise above the reference.
// It describes; it never judges (a hard-of-hearing caller shouts too). One VoiceMeter per stream, one thread; same
// sound in other chunks, same cues out.
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "audio/pcm.h"

namespace mamori::speech {

struct Cue {
  double at = 0;           // seconds from the start of the stream, end of the half second described
  double loudness_db = 0;  // above this speaker's reference; 0 while there is none
  double f0_hz = 0;        // median of the voiced frames; 0 when there were none
  double arousal = 0;      // 0..1
  double shouting = 0;     // 0..1
};

class VoiceMeter {
 public:
  /// Appends one cue per half second of sound that held speech.
  void push(std::span<const audio::Sample> pcm, std::vector<Cue>& out);

 private:
  void frame(std::span<const audio::Sample> samples);
  std::optional<Cue> close_period();

  std::vector<audio::Sample> pending_;
  std::size_t frames_ = 0;
  double noise_db_ = -60;
  std::vector<double> period_db_, period_f0_;
  std::vector<double> reference_db_, reference_f0_;  // the speaker's first seconds
  double arousal_ = 0;
};

/// Fundamental frequency of 40 ms of speech in Hz, 70..450, or 0 where it is not voiced. Normalised autocorrelation.
double fundamental(std::span<const audio::Sample> samples);

}  // namespace mamori::speech
