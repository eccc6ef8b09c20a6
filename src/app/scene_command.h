// mamori scene: listing and playing scenes.
#pragma once

#include <string>

#include "app/config.h"

namespace mamori::app {

struct SceneOptions {
  std::string name;  // or "all"
  std::string server = "127.0.0.1:5060";
  std::string agent = "127.0.0.1:5070";
  std::string save_dir;
  bool json = false;
  bool quiet = false;
};

// Exit status: 0, or 1 when a scene could not be played.
int print_scenes(const Config& config);
int play_scenes(const Config& config, const SceneOptions& options);

}  // namespace mamori::app
