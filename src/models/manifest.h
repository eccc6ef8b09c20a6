// model.json: what a model is made of, and under which licence (docs/format/model-manifest.md). Pure: text in, values out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mamori::models {

inline constexpr int kManifestVersion = 1;
inline constexpr const char* kManifestName = "model.json";
inline constexpr std::size_t kMaxManifest = 256u << 10;
inline constexpr std::size_t kMaxFiles = 64;
inline constexpr std::uint64_t kMaxFileBytes = 8ull << 30;
inline constexpr std::uint64_t kMaxModelBytes = 16ull << 30;

struct ModelFile {
  std::string role;  // "model", "encoder", "tokens", ...; empty for what no engine reads (the licence)
  std::string path;  // inside the folder; letters, digits, ". _ -" and "/", never upwards
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 lower-case hex digits
};

struct Manifest {
  std::string name;            // also the folder's name: 1 to 64 of a-z 0-9 . _ -
  std::string version;         // for people
  std::string engine;          // "sherpa-onnx"
  std::string engine_version;  // exactly this version of it; empty: any
  std::string kind;            // what the engine has to take it for
  std::string language;
  std::string licence;       // SPDX identifier or name
  std::string licence_file;  // one of `files`: its text is shown before the licence is accepted; may be empty
  std::string source;        // where it came from, for people
  std::vector<ModelFile> files;

  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] const ModelFile* file(std::string_view role) const;  // null when there is none
};

// Refuses, and says which member is wrong: another version of the format, missing or over-long members, paths that leave the
// folder or are hidden, two files of one path, sizes of zero or beyond the limits.
base::Result<Manifest> parse_manifest(std::string_view text);
std::string to_text(const Manifest& manifest);  // parse_manifest reads it back

bool usable_model_name(std::string_view name);
bool usable_model_path(std::string_view path);

}  // namespace mamori::models
