// The phrases and exceptions of one organisation's criteria, ready to be looked for. Built once, then only read; thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/criteria.h"

namespace mamori::judge {

class OwnWords {
 public:
  struct Hit {
    std::size_t begin = 0;  // in the folded text
    std::size_t end = 0;
    std::size_t index = 0;  // into Criteria::phrases or ::exceptions
  };

  // Phrases beyond the 2,000 of criteria.h are not looked for.
  explicit OwnWords(const Criteria& criteria);
  ~OwnWords();

  // Where phrases and exceptions stand in a normalised, kana-folded text; each at most 64 times.
  [[nodiscard]] std::vector<Hit> phrases(std::string_view folded) const;
  [[nodiscard]] std::vector<Hit> exceptions(std::string_view folded) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::judge
