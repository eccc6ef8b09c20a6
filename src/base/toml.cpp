#include "base/toml.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace mamori::base {
namespace {

// Control characters (C0 but the line break where allowed, DEL, C1) and explicit directions (U+200E, 200F, 202A-E, 2066-9).
bool hides(std::string_view text, bool lines) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [&](std::size_t k) { return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u; };
    const unsigned c = at(0);
    if (c < 0x20 && !(lines && c == '\n')) return true;
    if (c == 0x7F || (c == 0xC2 && at(1) < 0xA0)) return true;
    if (c == 0xE2 && at(1) == 0x80 && (at(2) == 0x8E || at(2) == 0x8F || (at(2) >= 0xAA && at(2) <= 0xAE))) return true;
    if (c == 0xE2 && at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9) return true;
  }
  return false;
}

std::string shown(double value) { return toml_number(value); }

}  // namespace

std::string Mistake::line_ja() const { return line > 0 ? std::to_string(line) + " 行目: " + ja : ja; }
std::string Mistake::line_en() const { return line > 0 ? "line " + std::to_string(line) + ": " + en : en; }
std::string Mistake::message() const {
  return file + (line > 0 ? ", line " + std::to_string(line) : std::string()) + ": " + ja + " / " + en;
}

std::expected<toml::table, Mistake> parse_toml(std::string_view text, const std::string& file, std::size_t most_bytes) {
  if (text.size() > most_bytes) {
    const auto limit = std::to_string(most_bytes >> 10);
    return std::unexpected(Mistake{file, 0, "長すぎます(" + limit + " KB まで)", "too long (at most " + limit + " KB)"});
  }
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const std::string why(error.description());
    return std::unexpected(Mistake{file, static_cast<int>(error.source().begin.line), "TOML として読めません(" + why + ")", "this is not TOML: " + why});
  }
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string toml_text(std::string_view text) {
  using enum toml::format_flags;
  const toml::value<std::string> value{std::string(text)};
  std::ostringstream out;
  out << toml::toml_formatter{value, toml::toml_formatter::default_flags & ~(allow_literal_strings | allow_multi_line_strings)};
  return out.str();
}

std::string toml_number(double value) {
  char buffer[32];
  if (value == std::floor(value) && std::abs(value) < 1e9) return std::to_string(static_cast<long long>(value));
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
  return {buffer, end};
}

json::value to_json(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    json::object out;
    for (const auto& [key, value] : *table) out[std::string_view(key.str())] = to_json(value);
    return out;
  }
  if (const auto* list = node.as_array()) {
    json::array out;
    for (const auto& item : *list) out.push_back(to_json(item));
    return out;
  }
  if (const auto* text = node.as_string()) return json::value(text->get());
  if (const auto* n = node.as_integer()) return json::value(n->get());
  if (const auto* n = node.as_floating_point()) return json::value(n->get());
  if (const auto* b = node.as_boolean()) return json::value(b->get());
  std::ostringstream out;
  node.visit([&](const auto& other) { out << other; });
  return json::value(out.str());
}

namespace {

// One value, handed to `put` as what toml++ stores.
template <typename Put>
void as_toml(const json::value& value, const Put& put);

toml::array to_toml_array(const json::array& items) {
  toml::array out;
  for (const auto& item : items) as_toml(item, [&out](auto&& v) { out.push_back(std::forward<decltype(v)>(v)); });
  return out;
}

template <typename Put>
void as_toml(const json::value& value, const Put& put) {
  switch (value.kind()) {
    case json::kind::object: return put(to_toml_table(value.get_object()));
    case json::kind::array: return put(to_toml_array(value.get_array()));
    case json::kind::string: return put(std::string(value.get_string()));
    case json::kind::bool_: return put(bool{value.get_bool()});
    case json::kind::double_: return put(double{value.get_double()});
    case json::kind::int64: return put(std::int64_t{value.get_int64()});
    case json::kind::uint64: return put(static_cast<double>(value.get_uint64()));
    case json::kind::null: return;
  }
}

}  // namespace

toml::table to_toml_table(const json::object& object) {
  toml::table out;
  for (const auto& [key, value] : object) {
    as_toml(value, [&out, name = std::string(key)](auto&& v) { out.insert_or_assign(name, std::forward<decltype(v)>(v)); });
  }
  return out;
}

void TomlReader::wrong(const toml::node& where, std::string ja, std::string en) {
  if (!mistake_) mistake_ = Mistake{file_, static_cast<int>(where.source().begin.line), std::move(ja), std::move(en)};
}

void TomlReader::wrong(const toml::table& table, std::string_view key, std::string ja, std::string en) {
  const auto* node = table.get(key);
  wrong(node ? *node : static_cast<const toml::node&>(table), std::move(ja), std::move(en));
}

void TomlReader::only(const toml::table& table, std::initializer_list<std::string_view> keys) {
  // toml++ keeps keys by name; the mistake that stands first in the text is the one to show.
  const toml::node* first = nullptr;
  std::string name;
  for (const auto& [key, node] : table) {
    if (std::ranges::find(keys, key.str()) != keys.end()) continue;
    if (first && first->source().begin.line <= node.source().begin.line) continue;
    first = &node;
    name = std::string(key.str());
  }
  if (first) wrong(*first, "「" + name + "」という項目はありません", "unknown key \"" + name + "\"");
}

bool TomlReader::fits(const toml::node& node, std::string_view key, const std::string& text, TextBounds bounds) {
  const std::string name(key);
  const auto n = characters(text);
  if (n < bounds.least) {
    wrong(node, bounds.least == 1 ? name + " を書いてください" : name + " は " + std::to_string(bounds.least) + " 文字以上にしてください",
          bounds.least == 1 ? name + " is missing" : name + " needs at least " + std::to_string(bounds.least) + " characters");
  } else if (n > bounds.most) {
    wrong(node, name + " は " + std::to_string(bounds.most) + " 文字までです", name + " is longer than " + std::to_string(bounds.most) + " characters");
  } else if (hides(text, bounds.lines)) {
    wrong(node, name + " に、目に見えない制御文字が入っています", name + " contains control characters, which cannot be seen");
  } else {
    return true;
  }
  return false;
}

std::string TomlReader::text(const toml::table& table, std::string_view key, TextBounds bounds) {
  const std::string name(key);
  const auto* node = table.get(key);
  if (!node) {
    if (bounds.least > 0) wrong(table, name + " を書いてください", name + " is missing");
    return {};
  }
  const auto value = node->value_exact<std::string>();
  if (!value) {
    wrong(*node, name + " は \"…\" で囲んだ文字にしてください", name + " must be text in quotes");
    return {};
  }
  return fits(*node, key, *value, bounds) ? *value : std::string{};
}

std::optional<bool> TomlReader::yes_no(const toml::table& table, std::string_view key) {
  const std::string name(key);
  const auto* node = table.get(key);
  if (!node) return std::nullopt;
  const auto value = node->value_exact<bool>();
  if (!value) wrong(*node, name + " は true か false にしてください", name + " must be true or false");
  return value;
}

std::optional<double> TomlReader::number(const toml::table& table, std::string_view key, double least, double most) {
  const std::string name(key);
  const auto* node = table.get(key);
  if (!node) return std::nullopt;
  std::optional<double> value;
  if (node->is_integer()) value = static_cast<double>(*node->value_exact<std::int64_t>());
  if (node->is_floating_point()) value = *node->value_exact<double>();
  if (!value) {
    wrong(*node, name + " は、引用符のない数で書いてください", name + " must be a number without quotes");
  } else if (!(*value >= least && *value <= most)) {  // a NaN is in no range
    wrong(*node, name + " は " + shown(least) + " から " + shown(most) + " までです", name + " must be " + shown(least) + " to " + shown(most));
    return std::nullopt;
  }
  return value;
}

std::optional<int> TomlReader::whole(const toml::table& table, std::string_view key, int least, int most) {
  const std::string name(key);
  const auto* node = table.get(key);
  if (!node) return std::nullopt;
  const auto value = node->value_exact<std::int64_t>();
  if (!value) {
    wrong(*node, name + " は、引用符のない整数で書いてください", name + " must be a whole number without quotes");
    return std::nullopt;
  }
  if (*value < least || *value > most) {
    wrong(*node, name + " は " + std::to_string(least) + " から " + std::to_string(most) + " までです", name + " must be " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
  }
  return static_cast<int>(*value);
}

const toml::table* TomlReader::table(const toml::table& table, std::string_view key) {
  const std::string name(key);
  const auto* node = table.get(key);
  if (!node) return nullptr;
  if (!node->is_table()) wrong(*node, name + " は [" + name + "] という節で書いてください", name + " must be a section, written [" + name + "]");
  return node->as_table();
}

const toml::array* TomlReader::tables(const toml::table& table, std::string_view key, std::size_t most) {
  const std::string name(key);
  const auto* node = table.get(key);
  if (!node) return nullptr;
  const auto* list = node->as_array();
  if (!list || !std::ranges::all_of(*list, [](const toml::node& n) { return n.is_table(); })) {
    wrong(*node, name + " は、1 件ごとに [[" + name + "]] で始めてください", name + " is written as [[" + name + "]], once for each");
    return nullptr;
  }
  if (list->size() > most) {
    wrong((*list)[most], name + " は " + std::to_string(most) + " 件までです", "there can be at most " + std::to_string(most) + " of " + name);
    return nullptr;
  }
  return list;
}

const toml::array* TomlReader::texts(const toml::table& table, std::string_view key, std::size_t most, TextBounds bounds) {
  const std::string name(key);
  const auto* node = table.get(key);
  if (!node) return nullptr;
  const auto* list = node->as_array();
  if (!list) {
    wrong(*node, name + " は [\"…\", \"…\"] のような並びで書いてください", name + " must be a list: [\"…\", \"…\"]");
    return nullptr;
  }
  if (list->size() > most) {
    wrong(*node, name + " は " + std::to_string(most) + " 件までです", "there can be at most " + std::to_string(most) + " in " + name);
    return nullptr;
  }
  for (const auto& item : *list) {
    const auto value = item.value_exact<std::string>();
    if (!value) {
      wrong(item, name + " の中は \"…\" で囲んだ文字にしてください", "what is in " + name + " must be text in quotes");
      return nullptr;
    }
    if (!fits(item, key, *value, bounds)) return nullptr;
  }
  return list;
}

}  // namespace mamori::base
