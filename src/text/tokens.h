// Words by MeCab with ipadic-utf8: where words begin and end, and what they are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mamori::text {

struct Token {
  std::uint32_t begin = 0;  // bytes in the text given to split()
  std::uint32_t end = 0;
  // In the dictionary: valid as long as the Tokeniser.
  std::string_view pos;   // 品詞, e.g. 動詞
  std::string_view form;  // 活用形, e.g. 命令e; empty when it does not inflect
  std::string_view base;  // 原形
  std::string reading;    // 読み in hiragana; the word itself where the dictionary has none
};

class Tokeniser {
 public:
  // Opens ipadic-utf8 (always by its folder: another dictionary may be the system's default).
  static base::Result<std::unique_ptr<Tokeniser>> open();
  ~Tokeniser();
  Tokeniser(const Tokeniser&) = delete;
  Tokeniser& operator=(const Tokeniser&) = delete;

  // Thread-safe: a lattice per thread. Text over 64 KiB is split at that length. Never fails: no tokens for no text.
  [[nodiscard]] std::vector<Token> split(std::string_view text) const;

 private:
  struct Impl;
  explicit Tokeniser(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::text
