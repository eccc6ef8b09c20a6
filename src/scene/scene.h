// Scenes: calls written down as data (data/scenes/NAME/scene.toml) and played as real calls over SIP, for demonstrations,
// tests and training.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace mamori::scene {

struct Line {
  bool customer = true;  // else the agent
  double after = 0.5;    // seconds after the line before has ended
  std::string text;
  std::vector<std::int16_t> samples;  // 8 kHz mono
  double at = 0;                      // seconds from the answer, worked out from `after` and the lengths
};

struct Scene {
  std::string name;
  std::string title;
  std::string title_en;
  std::string caller;  // number shown to the server
  std::string called;
  std::vector<Line> lines;
  [[nodiscard]] double length() const;  // seconds until the last line has ended
};

// Names of the scenes in `folder`, sorted.
std::vector<std::string> list_scenes(const std::string& folder);

// Reads scene.toml and its sounds. Errors name file, line and reason.
base::Result<Scene> load_scene(const std::string& folder, const std::string& name);

struct PlayOptions {
  std::string server = "127.0.0.1:5060";  // where the call goes
  std::string agent = "127.0.0.1:5070";   // where the server's route must lead: the scene brings its own agent
  std::string save_dir;                   // when set: what each side heard, as caller-heard.wav and agent-heard.wav
};

struct Played {
  bool answered = false;
  std::string ended_by;      // "server", "scene", "refused:<status>", "no_route"
  double seconds = 0;        // from the answer to the end
  double agent_seconds = 0;  // until the agent was released
  double caller_gap_ms = 0;  // longest gap between packets at the caller
};

// Places the call and says the lines; returns when it is over. Blocks for the length of the scene and a little more.
base::Result<Played> play(const Scene& scene, const PlayOptions& options);

}  // namespace mamori::scene
