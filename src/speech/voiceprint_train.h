#pragma once
// Making a voiceprint model from recordings: the one that is shipped, and one's own from a site's calls.
//
// Not thread-safe; one training at a time. Needs about 1 kB of memory per 10 ms of speech and, for an hour of it, a few
// minutes of one core.
#include <functional>
#include <string>
#include <vector>

#include "audio/pcm.h"
#include "base/result.h"

namespace mamori::speech {

struct VoiceprintTraining {
  std::string name = "voiceprint-8k";
  int components = 128;
  int size = 100;
  unsigned seed = 1;
};

/// One speaker's recordings, 8 kHz. `known` false: nobody knows whether another speaker of the list is the same person
/// (then only what lies within each recording is taken for one voice).
struct TrainingSpeaker {
  std::string id;
  bool known = true;
  std::vector<std::vector<audio::Sample>> recordings;
};

struct VoiceprintReport {
  int speakers = 0;
  int segments = 0;
  double speech_hours = 0;
  int trials_same = 0;  // pairs of short segments of speakers that the comparing part had not seen (halves, crosswise)
  int trials_different = 0;
  double equal_error = 0;  // on those, 0..1
  double cost = 0;         // Cllr in bits (Bruemmer & du Preez 2006): 0 perfect, 1 useless
};

/// Trains and writes the model to `out`. `say` is told what is being
/// done. Fails with kInvalidArgument when there are fewer than ten speakers or ten minutes of speech.
base::Result<VoiceprintReport> train_voiceprint(const std::vector<TrainingSpeaker>& speakers, const VoiceprintTraining& options,
                                                const std::string& out, const std::function<void(const std::string&)>& say);

/// Equal error rate (0..1) of scores, higher meaning more alike.
double equal_error_rate(std::vector<double> same, std::vector<double> different);

}  // namespace mamori::speech
