#include "text/tokens.h"

#include <mecab.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "text/normalise.h"

namespace mamori::text {
namespace {

constexpr std::size_t kMaxPiece = 64u << 10;
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kMostKept = 16u << 10;  // bytes: after a longer text the lattice's memory is given back

// The first eight fields of ipadic: 品詞, its three subdivisions, 活用型, 活用形, 原形, 読み; what is missing or "*" is empty.
// `feature` ends with a zero byte.
std::array<std::string_view, 8> fields(const char* feature) {
  std::array<std::string_view, 8> out;
  for (auto& one : out) {
    const auto* from = feature;
    while (*feature != ',' && *feature != '\0') ++feature;
    one = {from, static_cast<std::size_t>(feature - from)};
    if (one.size() == 1 && one[0] == '*') one = {};
    if (*feature == '\0') break;
    ++feature;
  }
  return out;
}

}  // namespace

struct Tokeniser::Impl {
  std::unique_ptr<MeCab::Model> model;
  std::unique_ptr<MeCab::Tagger> tagger;  // const parse(lattice) is thread-safe
};

Tokeniser::Tokeniser(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokeniser::~Tokeniser() = default;

base::Result<std::unique_ptr<Tokeniser>> Tokeniser::open() {
  auto impl = std::make_unique<Impl>();
  for (const auto* folder : {"/var/lib/mecab/dic/ipadic-utf8", "/usr/share/mecab/dic/ipadic-utf8"}) {
    std::error_code ec;
    if (!std::filesystem::is_directory(folder, ec)) continue;
    impl->model.reset(MeCab::Model::create((std::string("-r /dev/null -d ") + folder).c_str()));
    if (impl->model) break;
  }
  if (impl->model) impl->tagger.reset(impl->model->createTagger());
  if (!impl->tagger) {
    return base::fail(base::ErrorCode::kUnavailable, "MeCab's dictionary ipadic-utf8 does not open: install the package mecab-ipadic-utf8");
  }
  return std::unique_ptr<Tokeniser>(new Tokeniser(std::move(impl)));
}

std::vector<Token> Tokeniser::split(std::string_view text) const {
  std::vector<Token> out;
  if (text.empty()) return out;
  // A new lattice takes and clears large blocks of memory each time. It belongs to no model, so one per thread does for all.
  thread_local std::unique_ptr<MeCab::Lattice> lattice;
  if (!lattice) lattice.reset(MeCab::createLattice());
  out.reserve(text.size() / 4);
  std::size_t from = 0;
  while (from < text.size()) {
    std::size_t length = std::min(text.size() - from, kMaxPiece);
    // Not in the middle of a character.
    while (length > 1 && from + length < text.size() && (static_cast<unsigned char>(text[from + length]) & 0xC0) == 0x80) --length;
    const auto piece = text.substr(from, length);
    lattice->set_sentence(piece.data(), piece.size());
    if (impl_->tagger->parse(lattice.get())) {
      // What the dictionary says of a word lies anywhere in its 50 MB: it is asked for of all words before the first is read.
      for (const auto* node = lattice->bos_node(); node; node = node->next) {
        __builtin_prefetch(node->feature);
        __builtin_prefetch(node->feature + kCacheLine);
      }
      for (const auto* node = lattice->bos_node(); node; node = node->next) {
        if (node->stat == MECAB_BOS_NODE || node->stat == MECAB_EOS_NODE) continue;
        Token token;
        token.begin = static_cast<std::uint32_t>(from + static_cast<std::size_t>(node->surface - piece.data()));
        token.end = token.begin + node->length;
        const auto field = fields(node->feature);
        token.pos = field[0];
        token.form = field[5];
        token.base = field[6];
        token.reading = fold_kana(field[7].empty() ? std::string_view(node->surface, node->length) : field[7]);
        out.push_back(std::move(token));
      }
    }
    from += length;
  }
  lattice->clear();
  if (text.size() > kMostKept) lattice.reset();
  return out;
}

}  // namespace mamori::text
