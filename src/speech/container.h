#pragma once
// The file our models come in (docs/format/speech-model.md): magic, version, JSON header, typed sections, SHA-256.
//
// Opening checks everything before anything is used: size bounds, magic, version, hash, header, every section's place.
// A broken, truncated or foreign file gives an Error that says which; nothing is read out of bounds. Immutable after
// opening, so any number of threads may read.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace mamori::speech {

inline constexpr std::string_view kContainerMagic = "MAMORIML";
inline constexpr std::uint32_t kContainerVersion = 1;
inline constexpr std::size_t kMaxContainerBytes = 256U << 20;

class Container {
 public:
  /// `kind` is what the header must say: "acoustic" or "language".
  static base::Result<Container> open(const std::string& path, std::string_view kind);
  /// The same from memory; for tests and fuzzing.
  static base::Result<Container> parse(std::string bytes, std::string_view kind);

  [[nodiscard]] const base::json::object& header() const { return header_; }

  // The section as numbers. Fails when it is absent, of another type, or not of `count` elements (0: any count).
  [[nodiscard]] base::Result<std::vector<float>> floats(std::string_view name,
                                                        std::size_t count = 0) const;  // f16 | f32
  [[nodiscard]] base::Result<std::vector<std::uint8_t>> bytes(std::string_view name, std::size_t count = 0) const;
  [[nodiscard]] base::Result<std::vector<std::uint16_t>> shorts(std::string_view name, std::size_t count = 0) const;
  [[nodiscard]] base::Result<std::vector<std::uint32_t>> words(std::string_view name, std::size_t count = 0) const;

 private:
  struct Section {
    std::string name;
    std::string type;
    std::size_t offset = 0;  // in file_
    std::size_t bytes = 0;
  };
  [[nodiscard]] base::Result<Section> section(std::string_view name) const;

  std::string file_;
  base::json::object header_;
  std::vector<Section> sections_;
};

}  // namespace mamori::speech
