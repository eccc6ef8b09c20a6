#include "judge/lexicon.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <toml++/toml.h>
#include <unordered_map>

#include "text/letters.h"
#include "text/normalise.h"

namespace mamori::judge {
namespace {

using base::ErrorCode;

// Hiragana and the prolonged sound mark only (the text is folded).
bool all_kana(std::string_view word) {
  for (std::size_t i = 0; i + 2 < word.size() + 1; i += 3) {
    if (i + 3 > word.size() || static_cast<unsigned char>(word[i]) != 0xE3) return false;
    const auto second = static_cast<unsigned char>(word[i + 1]);
    if (second < 0x81 || second > 0x83) return false;
  }
  return !word.empty();
}

}  // namespace

struct Lexicon::Impl {
  struct Entry {
    std::string text;
    std::uint16_t cls = 0;
    bool kana = false;
  };
  std::vector<std::string> classes;
  // By first character; longest first.
  std::unordered_map<std::string_view, std::vector<Entry>> by_first;
  std::vector<std::unique_ptr<std::string>> keys;  // what by_first's keys point at

  void add(std::string_view word, std::uint16_t cls) {
    Entry entry{text::normalise(word).folded, cls, false};
    if (entry.text.empty()) return;
    entry.kana = all_kana(entry.text);
    const auto first = std::string_view(entry.text).substr(0, text::letter_length(entry.text, 0));
    auto it = by_first.find(first);
    if (it == by_first.end()) {
      keys.push_back(std::make_unique<std::string>(first));
      it = by_first.emplace(*keys.back(), std::vector<Entry>{}).first;
    }
    it->second.push_back(std::move(entry));
  }
};

Lexicon::Lexicon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lexicon::~Lexicon() = default;
const std::vector<std::string>& Lexicon::classes() const { return impl_->classes; }

base::Result<std::unique_ptr<Lexicon>> Lexicon::load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return base::fail(ErrorCode::kNotFound, "cannot read " + path);
  return parse(text.str(), path);
}

base::Result<std::unique_ptr<Lexicon>> Lexicon::parse(std::string_view toml, const std::string& name) {
  auto impl = std::make_unique<Impl>();
  const auto error = [&](const toml::node& node, const std::string& what) {
    return base::fail(ErrorCode::kInvalidArgument, name + ", line " + std::to_string(node.source().begin.line) + ": " + what);
  };
  try {
    const auto root = toml::parse(toml, name);
    const auto* classes = root["classes"].as_table();
    if (classes == nullptr) return base::fail(ErrorCode::kInvalidArgument, name + ": needs a section [classes]");
    for (const auto& [key, node] : *classes) {
      const auto* words = node.as_array();
      if (words == nullptr) return error(node, "a class must be a list of words");
      for (const auto& item : *words) {
        const auto word = item.value<std::string>();
        if (!word || word->empty() || word->size() > 120) return error(item, "a word must be text of at most 120 bytes");
        impl->add(*word, static_cast<std::uint16_t>(impl->classes.size()));
      }
      impl->classes.emplace_back(key.str());
    }
  } catch (const toml::parse_error& parse) {
    return base::fail(ErrorCode::kInvalidArgument, name + ", line " + std::to_string(parse.source().begin.line) + ": " + std::string(parse.description()));
  }
  for (auto& [first, entries] : impl->by_first) {
    std::ranges::stable_sort(entries, [](const auto& a, const auto& b) { return a.text.size() > b.text.size(); });
  }
  return std::unique_ptr<Lexicon>(new Lexicon(std::move(impl)));
}

std::vector<Lexicon::Word> Lexicon::find(std::string_view folded, const std::vector<text::Token>& tokens) const {
  std::vector<Word> out;
  auto token = tokens.begin();
  for (std::size_t i = 0; i < folded.size();) {
    while (token != tokens.end() && token->begin < i) ++token;
    const bool at_word = token != tokens.end() && token->begin == i;
    const auto step = text::letter_length(folded, i);
    std::size_t taken = 0;
    if (const auto it = impl_->by_first.find(folded.substr(i, step)); it != impl_->by_first.end()) {
      for (const auto& entry : it->second) {
        if (entry.kana && !at_word) continue;
        if (folded.substr(i, entry.text.size()) != entry.text) continue;
        out.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i + entry.text.size()), entry.cls});
        taken = entry.text.size();
        break;
      }
    }
    i += taken > 0 ? taken : step;
  }
  return out;
}

}  // namespace mamori::judge
