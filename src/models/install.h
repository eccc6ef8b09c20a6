// Bringing a model in: from a folder, or from an address an administrator gave. Nothing is ever fetched by itself.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/result.h"
#include "models/folder.h"

namespace mamori::models {

struct InstallOptions {
  std::string models_dir;                     // made when it is not there
  bool replace = false;                       // what is installed under the same name
  std::string ca_file;                        // PEM, for https; empty: the system's
  std::chrono::milliseconds timeout{15'000};  // to reach the server
  std::chrono::milliseconds idle{30'000};     // longest silence in a download
};

// Shown the manifest and the licence's text (empty when it has none); says whether it is accepted.
using AcceptLicence = std::function<bool(const Manifest&, const std::string& text)>;

// `source`: a folder, or the http(s) address of a model.json (or of its folder, ending in "/"); files lie beside it.
// Every file is checked for size and SHA-256 before the model takes its name; what was fetched so far stays in
// <models_dir>/.partial-<name> and is continued the next time (HTTP Range). Returns the folder.
// kPermissionDenied: the licence was not accepted (nothing but the manifest and the licence was fetched); kConflict: the
// name is taken; kDataLoss: what came is not what the manifest promises; kUnavailable: cut off, run it again;
// kResourceExhausted: no room.
base::Result<std::string> install(const std::string& source, const InstallOptions& options, const AcceptLicence& accept, const Progress& progress);

}  // namespace mamori::models
