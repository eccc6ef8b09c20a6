#include "scene/scene.h"

#include <algorithm>
#include <filesystem>
#include <toml++/toml.h>

#include "audio/wav.h"

namespace mamori::scene {

namespace fs = std::filesystem;
using base::ErrorCode;

double Scene::length() const {
  double end = 0;
  for (const auto& line : lines) end = std::max(end, line.at + static_cast<double>(line.samples.size()) / 8000.0);
  return end;
}

std::vector<std::string> list_scenes(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    if (fs::is_regular_file(entry.path() / "scene.toml", ec)) out.push_back(entry.path().filename().string());
  }
  std::ranges::sort(out);
  return out;
}

base::Result<Scene> load_scene(const std::string& folder, const std::string& name) {
  const fs::path file = fs::path(folder) / name / "scene.toml";
  std::error_code ec;
  if (name.find('/') != std::string::npos || !fs::is_regular_file(file, ec)) {
    return base::fail(ErrorCode::kNotFound, "there is no scene \"" + name + "\" in " + folder);
  }
  Scene scene;
  scene.name = name;
  try {
    const auto root = toml::parse_file(file.string());
    scene.title = root["title"].value_or(name);
    scene.title_en = root["title_en"].value_or(name);
    scene.caller = root["caller"].value_or(std::string("anonymous"));
    scene.called = root["called"].value_or(std::string("1000"));
    const auto* lines = root["line"].as_array();
    if (!lines || lines->empty()) return base::fail(ErrorCode::kInvalidArgument, file.string() + ": there is no [[line]]");
    double at = 0;
    for (const auto& item : *lines) {
      const auto& table = *item.as_table();
      const auto where = file.string() + ", line " + std::to_string(item.source().begin.line) + ": ";
      Line line;
      const auto speaker = table["speaker"].value_or(std::string{});
      if (speaker != "customer" && speaker != "agent") return base::fail(ErrorCode::kInvalidArgument, where + "speaker must be customer or agent");
      line.customer = speaker == "customer";
      line.after = table["after"].value_or(0.5);
      line.text = table["text"].value_or(std::string{});
      auto wav = audio::read_recording((file.parent_path() / table["sound"].value_or(std::string{})).string());
      if (!wav) return base::fail(wav.error(), where + "sound");
      if (wav->channels.empty() || wav->rate != 8000) return base::fail(ErrorCode::kInvalidArgument, where + "a sound must be 8 kHz");
      line.samples = std::move(wav->channels[0]);
      line.at = at + line.after;
      at = line.at + static_cast<double>(line.samples.size()) / 8000.0;
      scene.lines.push_back(std::move(line));
    }
  } catch (const toml::parse_error& error) {
    return base::fail(ErrorCode::kInvalidArgument, file.string() + ", line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
  }
  return scene;
}

}  // namespace mamori::scene
