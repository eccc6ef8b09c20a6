// Thin glue over toml++ for texts that people write by hand: every mistake with its line and in two languages, nothing
// ignored. Pure.
#pragma once

#include <cstddef>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <toml++/toml.h>

#include "base/json.h"
#include "base/result.h"

namespace mamori::base {

// What is wrong with a text somebody wrote, and where.
struct Mistake {
  std::string file;
  int line = 0;  // from 1; 0: nowhere in particular
  std::string ja;
  std::string en;

  [[nodiscard]] std::string line_ja() const;  // "4 行目: …"
  [[nodiscard]] std::string line_en() const;  // "line 4: …"
  // For a terminal or a log: "file, line 4: … / …".
  [[nodiscard]] std::string message() const;
  [[nodiscard]] Error error() const { return {ErrorCode::kInvalidArgument, message()}; }
};

// Parses outside text of at most `most_bytes`. What toml++ throws ends here.
std::expected<toml::table, Mistake> parse_toml(std::string_view text, const std::string& file, std::size_t most_bytes = 2u << 20);

// Characters (code points) of UTF-8.
std::size_t characters(std::string_view utf8);

// "…" with everything escaped that has to be: the only way text gets into TOML that a program writes.
std::string toml_text(std::string_view text);
// The shortest form that reads back the same: 30, 0.65.
std::string toml_number(double value);

// The same structure in the other notation, for forms. JSON's null is left out; dates and times become text.
json::value to_json(const toml::node& node);
toml::table to_toml_table(const json::object& object);

// What a text may be. Control characters and those that change the direction of writing are never accepted: they hide what
// a reviewer is to see.
struct TextBounds {
  std::size_t least = 0;  // characters
  std::size_t most = 200;
  bool lines = false;  // line breaks are allowed
};

// Reads members of tables. The first mistake stays; what is read after it is a default and does not matter.
class TomlReader {
 public:
  explicit TomlReader(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] bool good() const { return !mistake_; }
  [[nodiscard]] const Mistake& mistake() const { return *mistake_; }
  void wrong(const toml::node& where, std::string ja, std::string en);
  // The same at a member, or at the table when it has no such member.
  void wrong(const toml::table& table, std::string_view key, std::string ja, std::string en);

  void only(const toml::table& table, std::initializer_list<std::string_view> keys);
  std::string text(const toml::table& table, std::string_view key, TextBounds bounds = {});
  std::optional<bool> yes_no(const toml::table& table, std::string_view key);
  std::optional<double> number(const toml::table& table, std::string_view key, double least, double most);
  std::optional<int> whole(const toml::table& table, std::string_view key, int least, int most);
  // [key]; null when absent.
  const toml::table* table(const toml::table& table, std::string_view key);
  // [[key]]; null when absent. Every member is a table.
  const toml::array* tables(const toml::table& table, std::string_view key, std::size_t most);
  // key = ["…", …], each within `bounds`; null when absent.
  const toml::array* texts(const toml::table& table, std::string_view key, std::size_t most, TextBounds bounds = {});

 private:
  bool fits(const toml::node& node, std::string_view key, const std::string& text, TextBounds bounds);
  std::string file_;
  std::optional<Mistake> mistake_;
};

}  // namespace mamori::base
