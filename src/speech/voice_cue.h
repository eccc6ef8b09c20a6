#pragma once
// How it is said: a caller's voice over time, with what in it rose and by how much.
//
// Two comparisons run side by side: with this speaker's own first seconds of speech, and with calm speech in general
// (voice_style.h), so that a caller who is angry from the first word is not taken for calm. It describes; it never
// judges (a hard-of-hearing caller shouts too; a stage voice is not anger). One VoiceMeter per stream, one thread; same
// sound in other chunks, same cues out. Cost: about 0.0005 of real time.
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "audio/pcm.h"
#include "base/json.h"
#include "speech/voice_frame.h"
#include "speech/voice_style.h"

namespace mamori::speech {

/// One thing in the voice that stands out, in words a person knows.
struct Rise {
  enum class What { kLoudness,    // dB
                    kPitch,       // semitones
                    kRange,       // semitones: a livelier melody
                    kEffort,      // dB more energy above 1 kHz: a pressed, projected voice
                    kRate,        // syllables a second
                    kRoughness,   // dB less harmonic
                    kDynamics };  // dB between stressed and other syllables
  What what = What::kLoudness;
  double by = 0;     // in the unit above; always in the direction of anger
  bool own = false;  // true: against the speaker's own calm voice; false: against calm voices in general
};
/// "loudness", "pitch", "range", "effort", "rate", "roughness", "dynamics".
std::string_view to_id(Rise::What what);

struct Cue {
  double at = 0;           // seconds from the start of the stream, end of the half second described
  double loudness_db = 0;  // above this speaker's reference; 0 while there is none
  double f0_hz = 0;        // median of the voiced frames; 0 when there were none
  double arousal = 0;      // 0..1
  double shouting = 0;     // 0..1
  double pitch_st = 0;     // semitones above this speaker's reference; 0 while there is none
  double range_st = 0;     // F0, 10th to 90th percentile over the last four seconds
  double effort_db = 0;    // alpha ratio above the reference; 0 while there is none
  double rate = 0;         // syllables a second of speech over the last four seconds; 0: not known
  double harmonicity_db = 0;
  std::uint32_t speech = 0;  // bit i: there was speech in the i-th 20 ms of the half second (bit 24 is the last)
  std::vector<Rise> rises;   // what stands out, the strongest first, at most four; empty while the voice is calm
};

/// The members of a `cue` message (docs/format/link.md) but for its type and stream.
base::json::object to_json(const Cue& cue);

class VoiceMeter {
 public:
  /// Appends one cue per half second of sound that held speech.
  void push(std::span<const audio::Sample> pcm, std::vector<Cue>& out);

 private:
  void frame(const VoiceFrame& f);
  std::optional<Cue> close_period();
  void learn_reference(std::span<const VoiceFrame> period);

  VoiceTrack track_;
  std::size_t frames_ = 0;
  double noise_db_ = -60;
  std::deque<VoiceFrame> window_;      // the last four seconds
  std::uint32_t speech_ = 0;           // of the half second that is going on
  std::vector<VoiceFrame> reference_;  // the speaker's first seconds, until they are enough
  std::optional<VoiceMeasures> own_;
  double arousal_ = 0;
  double shouting_ = 0;
};

/// How angry a recording of one voice sounds, 0..1, 0.5 being where one calm reader of twenty stands. For 8 kHz mono of
/// one second or more; the score of a whole clip, not of its worst moment. `calm`: the same speaker speaking calmly
/// through the same line, if there is any (three seconds or more); then both comparisons count. Whatever the level, the
/// spectral shape, F0 and its movement decide; the level of the recording adds little. 0 when there is no voice to
/// measure. See anger_against_calm() for what the score rests on and that no angry human speech was at hand to make it.
double anger_score(std::span<const audio::Sample> pcm, std::span<const audio::Sample> calm = {});

}  // namespace mamori::speech
