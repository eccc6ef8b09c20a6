#pragma once
// How a stretch of speech is said, in a dozen numbers, and how much that resembles hot anger.
//
// Nothing here depends on the level of the recording: levels are compared within the stretch only. Pure functions,
// thread-safe.
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "speech/voice_frame.h"

namespace mamori::speech {

enum class Measure : std::size_t {
  kPitch,        // median F0, semitones above 100 Hz
  kRange,        // 90th less 10th percentile of F0, semitones
  kMovement,     // how fast F0 moves inside voiced stretches, semitones a second
  kAlpha,        // alpha ratio (1-3.4 kHz over 0.3-1 kHz), dB: vocal effort lifts it
  kHammarberg,   // Hammarberg index in the telephone band, dB: vocal effort lowers it
  kBalance,      // 0.5-1 kHz over 0.3-0.5 kHz, dB: a wider open mouth (higher first formant) lifts it
  kMiddle,       // 1-2 kHz over 2-3.4 kHz, dB
  kDynamics,     // 95th percentile less median of the level of voiced frames, dB
  kRate,         // syllable nuclei a second of speech, pauses left out
  kHarmonicity,  // mean harmonics-to-noise ratio of voiced frames, dB
  kFlux,         // mean movement of the spectrum's shape, dB a frame
};
inline constexpr std::size_t kMeasures = 11;
inline constexpr std::array<std::string_view, kMeasures> kMeasureIds{
    "pitch", "pitch_range", "pitch_movement", "alpha_ratio", "hammarberg", "first_formant",
    "middle", "dynamics", "rate", "harmonicity", "flux"};

struct VoiceMeasures {
  std::array<double, kMeasures> value{};
  double voiced_seconds = 0;
  double speech_seconds = 0;
  double level_db = -100;  // median of the voiced frames; no part of `value`, the recording's level decides it

  [[nodiscard]] double operator[](Measure m) const { return value[static_cast<std::size_t>(m)]; }
};

/// How much the way of speaking resembles hot anger against calm speech: a log likelihood ratio, tempered for measures
/// that say the same thing twice. 0 is where one reader of twenty stands; calm speech lies around -3.
///
/// No angry speech by people was at hand. What calm speech is comes from people: 1,100 read sentences of 16 speakers
/// through their own microphones (Common Voice Japanese), at 8 kHz; the spread includes that between microphones. What
/// anger changes comes from the literature: F0 and its range and movement (Banse & Scherer 1996; Juslin & Laukka 2003),
/// the spectral balance of vocal effort (Traunmueller & Eriksson 2000; Hammarberg et al. 1980; alpha ratio and others as
/// in eGeMAPS, Eyben et al. 2016), the first formant. The HTS voice tohoku-f01 (neutral, angry) agrees in every sign.
double anger_against_calm(const VoiceMeasures& m);

/// The same against this speaker's own calm voice: how far the measures moved in anger's direction, 0 at no movement,
/// about 5 from calm to hot anger. Never below -3.
double anger_against_self(const VoiceMeasures& m, const VoiceMeasures& own);

/// The measures of a stretch of frames; nothing when it holds less than 0.3 s of voiced speech.
std::optional<VoiceMeasures> measure(std::span<const VoiceFrame> frames);

}  // namespace mamori::speech
