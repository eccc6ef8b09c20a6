// `mamori models`: list, verify, install, describe. Returns exit statuses; prints for people.
#pragma once

#include <iosfwd>
#include <string>

#include "models/install.h"

namespace mamori::models {

// 0; 1 when a manifest cannot be read.
int list_models(const std::string& models_dir, std::ostream& out);
// All models, or the one with that name. 0 when everything is whole, else 1.
int verify_models(const std::string& models_dir, const std::string& name, std::ostream& out, std::ostream& err);
// Shows the licence; goes on only with `accepted` (--accept-licence). 0 when installed, else 1.
int install_model(const std::string& source, const InstallOptions& options, bool accepted, std::ostream& out, std::ostream& err);
// Writes model.json for a folder of files got elsewhere: sizes and hashes of what is there. `files`: role=path each.
struct Description {
  std::string folder, name, version, engine = "sherpa-onnx", engine_version, kind, language = "ja", licence, licence_file;
  std::vector<std::string> files;
};
int describe_model(const Description& description, std::ostream& out, std::ostream& err);

}  // namespace mamori::models
