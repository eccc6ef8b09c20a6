#pragma once
// Writes the file that container.h reads (docs/format/speech-model.md). For models made by Mamori itself; those of the
// recipe in ml/ are written by ml/container.py.
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace mamori::speech {

class ContainerWriter {
 public:
  /// `header` has `kind`, `name` and whatever the kind wants; the table of sections is added.
  explicit ContainerWriter(base::json::object header) : header_(std::move(header)) {}
  void floats(const std::string& name, std::span<const float> values);  // f32
  void halves(const std::string& name, std::span<const float> values);  // f16, rounded to nearest
  /// The whole file, hash and all.
  [[nodiscard]] std::string bytes() const;
  /// Written beside `path` and put in its place, so that nobody reads half a model.
  [[nodiscard]] base::Result<> write(const std::string& path) const;

 private:
  void section(const std::string& name, const char* type, std::size_t count, std::string raw);
  base::json::object header_;
  base::json::array table_;
  std::string body_;
};

}  // namespace mamori::speech
