#include "judge/lexicon.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <toml++/toml.h>

#include "base/hash.h"
#include "text/keywords.h"
#include "text/normalise.h"

namespace mamori::judge {
namespace {

using base::ErrorCode;

constexpr std::size_t kMostClasses = 1u << 15;

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
  // Small, as they are read at random places.
  struct Entry {
    std::uint16_t length = 0;
    std::uint16_t cls : 15 = 0;  // in `classes`
    std::uint16_t kana : 1 = 0;
  };
  std::vector<Entry> entries;
  std::vector<std::uint64_t> classes;
  std::vector<std::string> texts;  // of the entries
  std::unique_ptr<text::Keywords> words;

  // To the last of the classes.
  void add(std::string folded) {
    entries.push_back({.length = static_cast<std::uint16_t>(folded.size()), .cls = static_cast<std::uint16_t>((classes.size() - 1) & 0x7FFF), .kana = all_kana(folded)});
    texts.push_back(std::move(folded));
  }
};

Lexicon::Lexicon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lexicon::~Lexicon() = default;

std::uint64_t Lexicon::id_of(std::string_view name) { return base::fnv1a(name); }

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
  std::map<std::string, std::string> named;  // word -> its class
  try {
    const auto root = toml::parse(toml, name);
    const auto* classes = root["classes"].as_table();
    if (classes == nullptr) return base::fail(ErrorCode::kInvalidArgument, name + ": needs a section [classes]");
    for (const auto& [key, node] : *classes) {
      const auto* words = node.as_array();
      if (words == nullptr) return error(node, "a class must be a list of words");
      if (impl->classes.size() == kMostClasses) return error(node, "there are more than " + std::to_string(kMostClasses) + " classes");
      impl->classes.push_back(id_of(key.str()));
      for (const auto& item : *words) {
        const auto word = item.value<std::string>();
        if (!word || word->empty() || word->size() > 120) return error(item, "a word must be text of at most 120 bytes");
        auto folded = text::normalise(*word).folded;
        if (folded.empty()) continue;
        if (const auto [other, fresh] = named.try_emplace(folded, key.str()); !fresh) return error(item, "\"" + *word + "\" stands in [" + other->second + "] already");
        impl->add(std::move(folded));
      }
    }
  } catch (const toml::parse_error& parse) {
    return base::fail(ErrorCode::kInvalidArgument, name + ", line " + std::to_string(parse.source().begin.line) + ": " + std::string(parse.description()));
  }
  impl->words = std::make_unique<text::Keywords>(impl->texts);
  impl->texts = {};
  return std::unique_ptr<Lexicon>(new Lexicon(std::move(impl)));
}

std::vector<Lexicon::Word> Lexicon::find(std::string_view folded, const std::vector<text::Token>& tokens) const {
  std::vector<Word> out;
  Word longest;            // of those that begin where it does; end 0: none yet
  std::size_t behind = 0;  // where the last word taken ends
  const auto take = [&] {
    if (longest.end == 0) return;
    out.push_back(longest);
    behind = longest.end;
    longest = {};
  };
  auto token = tokens.begin();
  impl_->words->find(folded, [&](std::size_t word, std::size_t end) {
    const auto& entry = impl_->entries[word];
    const auto begin = end - entry.length;
    if (begin != longest.begin) take();
    if (begin < behind) return true;
    if (entry.kana) {
      while (token != tokens.end() && token->begin < begin) ++token;
      if (token == tokens.end() || token->begin != begin) return true;
    }
    if (end > longest.end) longest = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), impl_->classes[entry.cls]};
    return true;
  });
  take();
  return out;
}

}  // namespace mamori::judge
