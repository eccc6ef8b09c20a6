// Word classes of the domain (data/lexicon/classes.toml): family, weapons, places one goes home to, words of posting ... The
// classifier sees which classes stand together in a sentence, so that a sentence nobody wrote before is still understood.
// Loaded once, then only read; thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/tokens.h"

namespace mamori::judge {

class Lexicon {
 public:
  struct Word {
    std::uint32_t begin = 0;  // in the folded text
    std::uint32_t end = 0;
    std::uint64_t cls = 0;  // id_of() of its class
  };

  // The error names file, line and reason.
  static base::Result<std::unique_ptr<Lexicon>> load(const std::string& path);
  static base::Result<std::unique_ptr<Lexicon>> parse(std::string_view toml, const std::string& name);
  ~Lexicon();

  // base::fnv1a() of the name: a class that is added or renamed changes nothing for the others in a model trained before.
  static std::uint64_t id_of(std::string_view name);

  // The longest words from left to right, not overlapping. A word that is all hiragana must begin where one of `tokens` does
  // (かす is not in もしかすると). Linear in the text.
  [[nodiscard]] std::vector<Word> find(std::string_view folded, const std::vector<text::Token>& tokens) const;

 private:
  struct Impl;
  explicit Lexicon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::judge
