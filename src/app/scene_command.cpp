#include "app/scene_command.h"

#include <iostream>

#include "base/json.h"
#include "base/log.h"
#include "scene/scene.h"

namespace mamori::app {

int print_scenes(const Config& config) {
  const auto folder = config.resources + "/data/scenes";
  for (const auto& name : scene::list_scenes(folder)) {
    const auto loaded = scene::load_scene(folder, name);
    if (!loaded) {
      std::cerr << "mamori: " << loaded.error().message << std::endl;
      continue;
    }
    std::cout << name << "\t" << loaded->title << " / " << loaded->title_en << "\t" << static_cast<int>(loaded->length()) << " s\n";
  }
  return 0;
}

int play_scenes(const Config& config, const SceneOptions& options) {
  base::open_log("scene", base::LogLevel::kError);
  const auto folder = config.resources + "/data/scenes";
  const auto names = options.name == "all" ? scene::list_scenes(folder) : std::vector<std::string>{options.name};
  int status = 0;
  for (const auto& name : names) {
    auto scene = scene::load_scene(folder, name);
    auto played = scene ? scene::play(*scene, {options.server, options.agent, options.save_dir}) : base::Result<scene::Played>(base::fail(scene.error()));
    if (!played) {
      std::cerr << "mamori: " << name << ": " << played.error().message << std::endl;
      status = 1;
      continue;
    }
    if (options.json) {
      std::cout << base::json::serialize(base::json::object{{"scene", name}, {"answered", played->answered}, {"ended_by", played->ended_by}, {"seconds", played->seconds}, {"agent_seconds", played->agent_seconds}, {"caller_gap_ms", played->caller_gap_ms}}) << std::endl;
    } else if (!options.quiet) {
      std::cout << name << " (" << scene->title << "): " << played->ended_by << ", " << played->seconds << " s" << std::endl;
    }
  }
  return status;
}

}  // namespace mamori::app
