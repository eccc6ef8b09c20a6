// Models on this machine: one folder each, with its model.json. Thread-safe; blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "models/manifest.h"

namespace mamori::models {

// Bytes read so far of all, for a person who waits. May be empty.
using Progress = std::function<void(std::string_view what, std::uint64_t done, std::uint64_t all)>;

base::Result<Manifest> read_manifest(const std::string& folder);

// Every file: there, a plain file, of its size, of its SHA-256 (about 0.5 GB/s). The first that is not is named:
// kNotFound, or kDataLoss with "truncated" when it is shorter.
base::Result<> verify(const std::string& folder, const Manifest& manifest, const Progress& progress = {});
// Of one file; also for what is being installed.
base::Result<> verify_file(const std::string& path, const ModelFile& file, const Progress& progress = {});

base::Result<std::string> sha256_of(const std::string& path, const std::function<void(std::uint64_t)>& progress = {});

struct Installed {
  std::string folder;
  base::Result<Manifest> manifest;
};
// Every folder of `models_dir` that is not hidden, by name. None when the folder is not there.
std::vector<Installed> list(const std::string& models_dir);

}  // namespace mamori::models
