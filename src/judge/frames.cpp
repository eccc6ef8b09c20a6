#include "judge/frames.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <sstream>
#include <tuple>
#include <toml++/toml.h>

#include "base/hash.h"
#include "judge/scope.h"
#include "text/keywords.h"

namespace mamori::judge {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr int kLeastPiece = 1;                   // bytes: none is too short (x, sv)
constexpr int kMostLists = 8;                    // of needed pieces, for one pattern
constexpr std::size_t kMaxMatchesPerFrame = 64;  // in one utterance; a text that repeats a word 100,000 times says no more

const std::map<std::string, Cue, std::less<>> kCues{
    {"heated", Cue::kHeated},
    {"agent_refusal", Cue::kAgentRefusal},
    {"agent_final", Cue::kAgentFinal},
    {"agent_end_request", Cue::kAgentEndRequest},
    {"agent_warning", Cue::kAgentWarning},
    {"demand", Cue::kDemand},
    {"stays_on", Cue::kStaysOn},
};

RE2::Options options() {
  RE2::Options o;
  o.set_log_errors(false);
  o.set_max_mem(64 << 20);
  o.set_longest_match(true);
  return o;
}

}  // namespace

struct FrameSet::Impl {
  // All patterns stand one by one behind a filter: the literal pieces that each of them needs are looked for together
  // (Keywords), and only patterns whose pieces are there are tried. Joined into one expression per frame they were ten
  // times slower: such automata are too large to be kept.
  //
  // RE2 knows what a pattern needs, but weighing it for each text costs more than all else here. So it is asked once, and the
  // answer kept as a few lists of pieces: of each list one must be there.
  struct Patterns {
    struct Pattern {
      std::unique_ptr<RE2> re;
      std::size_t frame = 0;
    };
    // That a pattern has a piece in one of its lists.
    struct Use {
      std::uint32_t pattern : 24 = 0;
      std::uint32_t list : 8 = 0;  // its bit
    };
    std::vector<Pattern> all;
    std::vector<std::uint8_t> lists;         // of each pattern, a bit for each
    std::vector<std::vector<Use>> of_piece;  // while they are being added
    std::vector<Use> uses;                   // by piece
    std::vector<std::uint32_t> first_use;    // of each piece, and one beyond the last
    std::vector<int> always;                 // patterns that need no piece
    std::map<std::string, std::size_t, std::less<>> ids;
    std::unique_ptr<text::Keywords> pieces;

    // `filter`: this pattern alone.
    void add(std::unique_ptr<RE2> re, std::size_t frame, re2::FilteredRE2& filter) {
      std::vector<std::string> atoms;
      filter.Compile(&atoms);
      std::vector<int> order(atoms.size());
      std::iota(order.begin(), order.end(), 0);
      // Short pieces stand everywhere: a list without them tells more.
      std::ranges::stable_sort(order, {}, [&](int atom) { return atoms[static_cast<std::size_t>(atom)].size(); });
      std::vector<int> fits;
      const auto enough = [&](const std::vector<int>& there) {
        filter.AllPotentials(there, &fits);
        return !fits.empty();
      };
      std::uint8_t bits = 0;
      std::vector<int> listed;
      for (int n = 0; n < kMostLists && !enough(listed); ++n) {
        // With as many pieces as do not suffice, one of those left must be there.
        auto there = listed;
        std::vector<int> list;
        for (const int atom : order) {
          if (std::ranges::find(listed, atom) != listed.end()) continue;
          there.push_back(atom);
          if (!enough(there)) continue;
          there.pop_back();
          list.push_back(atom);
        }
        if (list.empty()) break;
        const auto bit = static_cast<std::uint8_t>(1u << n);
        bits |= bit;
        for (const int atom : list) {
          const auto id = ids.try_emplace(atoms[static_cast<std::size_t>(atom)], ids.size()).first->second;
          of_piece.resize(ids.size());
          of_piece[id].push_back({.pattern = static_cast<std::uint32_t>(all.size()) & 0xFFFFFF, .list = bit});
        }
        listed.insert(listed.end(), list.begin(), list.end());
      }
      if (bits == 0) always.push_back(static_cast<int>(all.size()));
      lists.push_back(bits);
      all.push_back({std::move(re), frame});
    }

    void compile() {
      std::vector<std::string> words(ids.size());
      for (const auto& [piece, id] : ids) words[id] = piece;
      pieces = std::make_unique<text::Keywords>(words);
      ids.clear();
      for (const auto& list : of_piece) {
        first_use.push_back(static_cast<std::uint32_t>(uses.size()));
        uses.insert(uses.end(), list.begin(), list.end());
      }
      first_use.push_back(static_cast<std::uint32_t>(uses.size()));
      of_piece.clear();
    }

    // Patterns that may fit.
    [[nodiscard]] std::vector<int> candidates(std::string_view text) const {
      auto missing = lists;
      auto out = always;
      pieces->find(text, [&](std::size_t piece, std::size_t) {
        for (const auto& use : std::span(uses).subspan(first_use[piece], first_use[piece + 1] - first_use[piece])) {
          auto& left = missing[use.pattern];
          if (left == 0) continue;
          left &= static_cast<std::uint8_t>(~std::uint32_t{use.list});
          if (left == 0) out.push_back(static_cast<int>(use.pattern));
        }
        return true;
      });
      return out;
    }
  };
  std::vector<Frame> frames;
  Patterns patterns;
  Patterns exceptions;
  std::string version;
  std::map<std::string, std::string> macros;
  std::set<std::string> ids;

  static std::unexpected<base::Error> error(const std::string& file, const toml::node& node, const std::string& what) {
    return base::fail(ErrorCode::kInvalidArgument, file + ", line " + std::to_string(node.source().begin.line) + ": " + what);
  }

  // {name} -> the macro's pattern. "{2,5}" is left alone: it is a repetition.
  base::Result<std::string> expand(std::string_view text) const {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '{' && i + 1 < text.size() && std::isalpha(static_cast<unsigned char>(text[i + 1]))) {
        const auto close = text.find('}', i);
        const auto name = text.substr(i + 1, close == std::string_view::npos ? 0 : close - i - 1);
        const auto macro = macros.find(std::string(name));
        if (macro == macros.end()) return base::fail(ErrorCode::kInvalidArgument, "unknown macro {" + std::string(name) + "}");
        out += "(?:" + macro->second + ")";
        i = close;
      } else {
        out += text[i];
      }
    }
    return text::fold_kana(out);
  }

  base::Result<> compile(const std::string& file, const toml::node& list, Patterns& into) {
    if (!list.is_array() || list.as_array()->empty()) return error(file, list, "must be a list of patterns");
    for (const auto& item : *list.as_array()) {
      const auto text = item.value<std::string>();
      if (!text) return error(file, item, "a pattern must be text");
      auto expanded = expand(*text);
      if (!expanded) return error(file, item, expanded.error().message);
      auto one = std::make_unique<RE2>(*expanded, options());
      if (!one->ok()) return error(file, item, "pattern \"" + *text + "\": " + one->error());
      if (RE2::FullMatch("", *one)) return error(file, item, "pattern \"" + *text + "\" fits nothing at all");
      re2::FilteredRE2 filter(kLeastPiece);
      int id = 0;
      if (filter.Add(*expanded, options(), &id) != RE2::NoError) return error(file, item, "pattern \"" + *text + "\" cannot be used");
      into.add(std::move(one), frames.size(), filter);
    }
    return {};
  }

  base::Result<> add(const std::string& file, const toml::table& table) {
    static const std::set<std::string> kKnown{"id", "category", "flag", "cue", "level", "level_after_refusal", "whole_word", "quotable", "keep_line", "decisive", "hint", "ground",
                                              "why", "patterns", "except", "examples", "counter_examples"};
    for (const auto& [key, node] : table) {
      if (!kKnown.contains(std::string(key.str()))) return error(file, node, "unknown key \"" + std::string(key.str()) + "\"");
    }
    for (const auto* key : {"level", "level_after_refusal"}) {
      if (const auto* node = table.get(key); node && !node->is_integer()) return error(file, *node, std::string(key) + " must be a whole number without quotes");
    }
    for (const auto* key : {"whole_word", "quotable", "keep_line", "decisive", "hint"}) {
      if (const auto* node = table.get(key); node && !node->is_boolean()) return error(file, *node, std::string(key) + " must be true or false");
    }
    Frame frame;
    frame.id = table["id"].value_or(std::string{});
    if (frame.id.empty()) return error(file, table, "a frame needs an id");
    if (!ids.insert(frame.id).second) return error(file, table, "the id \"" + frame.id + "\" is used twice");
    if (const auto* node = table.get("category")) {
      frame.category = contact::category_from_id(node->value_or(std::string{}));
      if (!frame.category) return error(file, *node, "unknown category");
    }
    if (const auto* node = table.get("flag")) {
      frame.flag = contact::flag_from_id(node->value_or(std::string{}));
      if (!frame.flag) return error(file, *node, "unknown flag");
    }
    if (const auto* node = table.get("ground")) {
      frame.ground = contact::ground_from_id(node->value_or(std::string{}));
      if (!frame.ground) return error(file, *node, "unknown ground");
    }
    if (const auto* node = table.get("cue")) {
      const auto cue = kCues.find(node->value_or(std::string{}));
      if (cue == kCues.end()) return error(file, *node, "unknown cue");
      frame.cue = cue->second;
    }
    if (!frame.category && !frame.flag && !frame.ground && frame.cue == Cue::kNone) return error(file, table, "frame \"" + frame.id + "\" has no category, flag, ground or cue");
    frame.level = table["level"].value_or(0);
    frame.level_after_refusal = table["level_after_refusal"].value_or(0);
    if (frame.level < 0 || frame.level > 4 || frame.level_after_refusal < 0 || frame.level_after_refusal > 4) return error(file, table, "levels are 0 to 4");
    if (!frame.category && frame.level > 1) return error(file, table, "level 2 and above needs a category");
    frame.whole_word = table["whole_word"].value_or(false);
    frame.quotable = table["quotable"].value_or(!frame.ground.has_value());
    frame.keep_line = table["keep_line"].value_or(false);
    frame.decisive = table["decisive"].value_or(false);
    frame.hint = table["hint"].value_or(false);
    if (frame.hint && frame.flag != contact::Flag::kDistress) return error(file, table, "hint needs flag = \"distress\"");
    frame.why = table["why"].value_or(std::string{});
    const auto texts = [&](const char* key, std::vector<std::string>& into) {
      if (const auto* list = table[key].as_array()) {
        for (const auto& item : *list) into.push_back(item.value_or(std::string{}));
      }
    };
    texts("examples", frame.examples);
    texts("counter_examples", frame.counter_examples);
    const auto* patterns_node = table.get("patterns");
    if (!patterns_node) return error(file, table, "frame \"" + frame.id + "\" has no patterns");
    if (auto ok = compile(file, *patterns_node, patterns); !ok) return ok;
    if (const auto* except = table.get("except")) {
      if (auto ok = compile(file, *except, exceptions); !ok) return ok;
    }
    frames.push_back(std::move(frame));
    return {};
  }

  base::Result<> read(const std::string& file, const std::string& text) {
    try {
      const auto root = toml::parse(text, file);
      for (const auto& [key, node] : root) {
        if (key != "macros" && key != "frame") return error(file, node, "unknown key \"" + std::string(key.str()) + "\": frames are written as [[frame]]");
      }
      if (const auto* table = root["macros"].as_table()) {
        for (const auto& [key, node] : *table) {
          const auto value = node.value<std::string>();
          if (!value) return error(file, node, "a macro must be text");
          auto expanded = expand(*value);
          if (!expanded) return error(file, node, expanded.error().message);
          macros[std::string(key.str())] = *expanded;
        }
      }
      if (const auto* list = root["frame"].as_array()) {
        for (const auto& item : *list) {
          if (!item.is_table()) return error(file, item, "a frame must be a table");
          if (auto ok = add(file, *item.as_table()); !ok) return ok;
        }
      }
      return {};
    } catch (const toml::parse_error& parse) {
      return base::fail(ErrorCode::kInvalidArgument, file + ", line " + std::to_string(parse.source().begin.line) + ": " + std::string(parse.description()));
    }
  }
};

FrameSet::FrameSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FrameSet::~FrameSet() = default;
const std::vector<Frame>& FrameSet::frames() const { return impl_->frames; }
const std::string& FrameSet::version() const { return impl_->version; }

base::Result<std::unique_ptr<FrameSet>> FrameSet::load(const std::string& folder) {
  std::error_code ec;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  if (files.empty()) return base::fail(ErrorCode::kNotFound, "there are no frames (*.toml) in " + folder);
  std::ranges::sort(files);  // 00_macros.toml first
  auto impl = std::make_unique<Impl>();
  std::uint64_t hash = base::kFnvBasis;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    if (!in) return base::fail(ErrorCode::kUnavailable, "cannot read " + file.string());
    hash = base::fnv1a(text.str(), hash);
    if (auto ok = impl->read(file.string(), text.str()); !ok) return base::fail(ok.error());
  }
  char version[32];
  std::snprintf(version, sizeof version, "frames-%08llx", static_cast<unsigned long long>(hash >> 32));
  impl->version = version;
  impl->patterns.compile();
  impl->exceptions.compile();
  return std::unique_ptr<FrameSet>(new FrameSet(std::move(impl)));
}

std::vector<Match> FrameSet::find(const text::Normalised& text, const std::vector<text::Token>& tokens, contact::Speaker speaker) const {
  struct Span {
    std::size_t frame, begin, end;
  };
  const re2::StringPiece all(text.folded);
  const auto spans = [&](const Impl::Patterns& patterns, const auto& wanted) {
    std::vector<Span> out;
    for (const int id : patterns.candidates(text.folded)) {
      const auto& [re, frame] = patterns.all[static_cast<std::size_t>(id)];
      if (!wanted(frame)) continue;
      re2::StringPiece hit;
      std::size_t from = 0;
      for (std::size_t n = 0; n < kMaxMatchesPerFrame && from < all.size() && re->Match(all, from, all.size(), RE2::UNANCHORED, &hit, 1); ++n) {
        const auto begin = static_cast<std::size_t>(hit.data() - all.data());
        out.push_back({frame, begin, begin + hit.size()});
        from = begin + std::max<std::size_t>(hit.size(), 1);
      }
    }
    // Of one frame the longest match at a place stands, and none that begins inside another.
    std::ranges::sort(out, [](const Span& a, const Span& b) { return std::tie(a.frame, a.begin, b.end) < std::tie(b.frame, b.begin, a.end); });
    return out;
  };
  const auto fits = spans(impl_->patterns, [&](std::size_t frame) { return of_agent(impl_->frames[frame].cue) == (speaker == contact::Speaker::kAgent); });
  std::vector<Match> out;
  if (fits.empty()) return out;
  std::vector<bool> there(impl_->frames.size(), false);
  for (const auto& s : fits) there[s.frame] = true;
  const auto excepted = spans(impl_->exceptions, [&](std::size_t frame) { return there[frame]; });
  const auto word_begins = [&](std::size_t at) { return std::ranges::binary_search(tokens, at, {}, [](const text::Token& t) { return std::size_t{t.begin}; }); };
  const auto word_ends = [&](std::size_t at) { return std::ranges::binary_search(tokens, at, {}, [](const text::Token& t) { return std::size_t{t.end}; }); };
  std::size_t last_frame = SIZE_MAX;
  std::size_t last_end = 0;
  std::size_t count = 0;
  for (const auto& s : fits) {
    if (s.frame != last_frame) {
      last_frame = s.frame;
      last_end = 0;
      count = 0;
    }
    if (s.begin < last_end || ++count > kMaxMatchesPerFrame) continue;
    last_end = s.end;
    const auto& frame = impl_->frames[s.frame];
    Match match{&frame, s.begin, s.end, {}};
    const bool inside_exception = std::ranges::any_of(excepted, [&](const Span& e) { return e.frame == s.frame && e.begin < s.end && s.begin < e.end; });
    if (inside_exception)
      match.excused_by = "exception";
    else if (frame.whole_word && (!word_begins(s.begin) || !word_ends(s.end)))
      match.excused_by = "word";
    else if (frame.quotable)
      match.excused_by = scope_excuse(text.folded, s.begin, s.end);
    out.push_back(std::move(match));
  }
  std::ranges::stable_sort(out, {}, &Match::begin);
  return out;
}

}  // namespace mamori::judge
