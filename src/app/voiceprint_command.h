// mamori voiceprint: making a model from the site's own recordings, measuring one, comparing two files. Works on files only;
// what is kept of a caller goes through the server (api/voiceprints.cpp).
#pragma once

#include <string>
#include <vector>

#include "app/config.h"

namespace mamori::app {

struct VoiceprintOptions {
  std::string folder;  // <folder>/<speaker>/*.wav; files straight in it, and those in <folder>/unnamed, are of unknown people
  std::string out;     // train: the model to write
  std::string name = "voiceprint-8k";
  std::vector<std::string> except;  // speakers left out
  std::vector<std::string> files;   // compare: two
  double enrol_seconds = 6;         // evaluate
  double test_seconds = 4;
};

// Exit status: 0, 1 when it cannot be done, 2 when a file could not be used.
int train_voiceprint_model(const VoiceprintOptions& options);
int evaluate_voiceprint_model(const Config& config, const VoiceprintOptions& options);
int compare_voiceprints(const Config& config, const VoiceprintOptions& options);

}  // namespace mamori::app
