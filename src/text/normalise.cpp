#include "text/normalise.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

namespace mamori::text {
namespace {

constexpr int kMaxSegment = 64;

struct Point {
  UChar32 c;
  std::uint32_t begin;
  std::uint32_t end;
};

bool invisible(UChar32 c) {
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return true;
  const auto type = u_charType(c);
  return type == U_FORMAT_CHAR || (type == U_CONTROL_CHAR && c != '\n' && c != '\t');
}

bool japanese(UChar32 c) {
  return (c >= 0x3041 && c <= 0x30FF && c != 0x30FB) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || c == 0x3005;
}

bool joiner(UChar32 c) { return c == ' ' || c == '\t' || c == 0x3000 || c == 0x30FB || c == '_'; }

// Kana, kanji and the common marks: each is its own NFKC form and lower case, is visible, and joins nothing before it. What
// Unicode promises never to change of characters that exist; so the tables need not be asked about most of what is said here.
bool settled(UChar32 c) {
  return (c >= 0x3041 && c <= 0x3096) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x30A1 && c <= 0x30FE) || (c >= 0x3001 && c <= 0x3029);
}
bool begins_anew(UChar32 c) { return c < 0x300 || settled(c); }

UChar32 next_point(const std::uint8_t* s, std::int64_t& i, std::int64_t length) {
  UChar32 c = 0;
  U8_NEXT(s, i, length, c);
  return c < 0 ? 0xFFFD : c;
}

std::vector<Point> compose(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfkc = icu::Normalizer2::getNFKCInstance(status);
  std::vector<Point> out;
  out.reserve(text.size() / 2);
  const auto* s = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto length = static_cast<std::int64_t>(text.size());
  std::int64_t i = 0;     // where c begins
  std::int64_t next = 0;  // and ends
  UChar32 c = length > 0 ? next_point(s, next, length) : 0;
  while (i < length) {
    std::int64_t after = next;
    UChar32 following = next < length ? next_point(s, after, length) : 0x20;
    const auto segment_begin = static_cast<std::uint32_t>(i);
    // The common cases of Japanese and ASCII. A combining mark may follow even those.
    if ((settled(c) || c < 0x80) && (begins_anew(following) || nfkc == nullptr || nfkc->hasBoundaryBefore(following))) {
      if (c >= 0x80) {
        out.push_back({c, segment_begin, static_cast<std::uint32_t>(next)});
      } else if (!invisible(c)) {
        out.push_back({u_tolower(c), segment_begin, static_cast<std::uint32_t>(next)});
      }
    } else {
      icu::UnicodeString segment(c);
      for (int n = 1; next < length && n < kMaxSegment; ++n) {
        if (nfkc == nullptr || nfkc->hasBoundaryBefore(following)) break;
        segment.append(following);
        next = after;
        following = next < length ? next_point(s, after, length) : 0x20;
      }
      const auto segment_end = static_cast<std::uint32_t>(next);
      const icu::UnicodeString composed = nfkc ? nfkc->normalize(segment, status) : segment;
      for (std::int32_t k = 0; k < composed.length(); k = composed.moveIndex32(k, 1)) {
        const UChar32 p = composed.char32At(k);
        if (!invisible(p)) out.push_back({u_tolower(p), segment_begin, segment_end});
      }
    }
    i = next;
    next = after;
    c = following;
  }
  return out;
}

bool kana(UChar32 c) { return (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA); }
bool picture(UChar32 c) { return ((c >= 0x2190 && c < 0x2C00) || c >= 0x1F000) && u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC); }

// Marks that only hold letters apart (馬*鹿*な, こ/ろ/す, 馬🐴鹿🦌な): the same mark, or any two pictures, at least twice, one
// letter between. A bracket or a full stop is punctuation and is never one; a comma is one between different kana that end
// there (し、ね、), not in a stammer (あ、あ、あの) or a list.
std::vector<bool> separators(const std::vector<Point>& points) {
  std::vector<bool> out(points.size(), false);
  const auto mark = [](UChar32 c) { return c == '*' || c == '/' || c == '\\' || c == '|' || c == '.' || c == '-' || c == '+' || c == '=' || c == '^' || c == 0x2605 || c == 0x2606 || c == 0x266A || c == 0x2022 || c == 0x203B; };
  const auto ends = [&](std::size_t n) { return n >= points.size() || !japanese(points[n].c); };
  for (std::size_t i = 1; i + 2 < points.size(); ++i) {
    const auto c = points[i].c;
    if (japanese(c) || !japanese(points[i - 1].c)) continue;
    const bool comma = c == 0x3001;
    const bool drawn = picture(c);
    if (!mark(c) && !comma && !drawn) continue;
    std::size_t n = i;
    while (n + 2 < points.size() && (points[n + 2].c == c || (drawn && picture(points[n + 2].c))) && japanese(points[n + 1].c)) n += 2;
    if (n == i) continue;
    if (comma) {
      const bool alone = i < 2 || !japanese(points[i - 2].c);  // the first letter stands alone
      bool single = alone && ends(n + 1);
      for (std::size_t k = i - 1; k < n && single; k += 2) single = kana(points[k].c) && (k < 2 || points[k].c != points[k - 2].c);
      if (!single) continue;
      n -= 2;  // the last comma stays as punctuation
    } else if (!drawn && ends(n + 1)) {
      continue;
    }
    for (std::size_t k = i; k <= n; k += 2) out[k] = true;
    i = n;
  }
  return out;
}

// Letters of one word typed apart (k o r o s u): the spaces between at least four single Latin letters.
void latin_apart(const std::vector<Point>& points, std::vector<bool>& drop) {
  const auto letter = [&](std::size_t k) { return k < points.size() && points[k].c >= 'a' && points[k].c <= 'z'; };
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!letter(i) || letter(i + 1) || (i > 0 && letter(i - 1))) continue;
    std::size_t n = i;
    while (n + 2 < points.size() && points[n + 1].c == ' ' && letter(n + 2) && !letter(n + 3)) n += 2;
    if (n - i >= 6) {
      for (std::size_t k = i + 1; k < n; k += 2) drop[k] = true;
    }
    i = n;
  }
}

// A small kana that follows no letter it could belong to (ぱぃ, 出せょ, ヵす) is its full-sized letter. What lengthens a vowel
// (ねぇ, なぁ) or makes a foreign sound (ふぁ, てぃ, うぇ) stays.
UChar32 full_sized(UChar32 c, UChar32 before, UChar32 after) {
  const bool katakana = c >= 0x30A1;
  const UChar32 h = katakana ? c - 0x60 : c;
  const UChar32 b = before >= 0x30A1 && before <= 0x30F6 ? before - 0x60 : before;
  if (h == 0x3095) return kana(after) && after != 0x30F6 ? c - 0x4A : c;  // ヵ
  const auto in = [&](std::u32string_view set) { return set.find(static_cast<char32_t>(b)) != std::u32string_view::npos; };
  if (h == 0x3083 || h == 0x3085 || h == 0x3087) return in(U"きしちにひみりぎじぢびぴてでふゔ") ? c : c + 1;  // ゃゅょ
  static constexpr std::array<std::u32string_view, 5> kSame{U"あかさたなはまやらわがざだばぱゃぁー", U"いきしちにひみりぎじぢびぴぃー", U"うくすつぬふむゆるぐずづぶぷゅぅー", U"えけせてねへめれげぜでべぺぇー", U"おこそとのほもよろをごぞどぼぽょぉー"};
  if (h > 0x3049 || h % 2 == 0) return c;
  if (in(kSame[static_cast<std::size_t>((h - 0x3041) / 2)]) || in(U"ふてでうゔしちじつとどくぐきぎいひにみりす")) return c;
  return c + 1;
}

bool small(UChar32 c) {
  const UChar32 h = c >= 0x30A1 && c <= 0x30F5 ? c - 0x60 : c;
  return (h >= 0x3041 && h <= 0x3049 && h % 2 == 1) || h == 0x3083 || h == 0x3085 || h == 0x3087 || c == 0x30F5;
}

UChar32 one_mark(UChar32 c) { return c == 0x301C || c == 0x7E || c == 0x2015 || c == 0x2500 || c == 0x2501 ? 0x30FC : c; }  // 〜 ~ ― ─ ━ as ー

}  // namespace

std::pair<std::size_t, std::size_t> Normalised::original(std::size_t from, std::size_t to) const {
  if (begin.empty()) return {0, 0};
  if (from >= begin.size()) return {end.back(), end.back()};
  if (to <= from) return {begin[from], begin[from]};
  to = std::min(to, end.size());
  return {begin[from], end[to - 1]};
}

std::string fold_kana(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i + 2 < out.size(); ++i) {
    const auto a = static_cast<unsigned char>(out[i]);
    if (a != 0xE3) continue;
    const unsigned c = ((a & 0x0Fu) << 12) | ((static_cast<unsigned char>(out[i + 1]) & 0x3Fu) << 6) | (static_cast<unsigned char>(out[i + 2]) & 0x3Fu);
    if (c >= 0x30A1 && c <= 0x30F6) {
      const unsigned h = c - 0x60;
      out[i] = static_cast<char>(0xE0 | (h >> 12));
      out[i + 1] = static_cast<char>(0x80 | ((h >> 6) & 0x3F));
      out[i + 2] = static_cast<char>(0x80 | (h & 0x3F));
    }
    i += 2;
  }
  return out;
}

Normalised normalise(std::string_view text) {
  text = text.substr(0, 0xFFFFFFFFu);
  const auto points = compose(text);
  Normalised out;
  std::size_t most = 0;  // no letter becomes longer than the three bytes of a Japanese one
  for (const auto& p : points) most += p.c < 0x10000 ? 3 : 4;
  out.plain.resize(most);
  out.folded.resize(most);
  out.begin.resize(most);
  out.end.resize(most);
  auto* plain = out.plain.data();
  auto* folded = out.folded.data();
  auto* begin = out.begin.data();
  auto* end = out.end.data();
  std::size_t size = 0;
  UChar32 last = 0;
  int run = 0;
  const auto put = [&](UChar32 c, const Point& from) {
    const auto at = size;
    U8_APPEND_UNSAFE(plain, size, c);
    auto same = at;
    const UChar32 hiragana = c >= 0x30A1 && c <= 0x30F6 ? c - 0x60 : c;
    if (hiragana == c) {
      for (; same < size; ++same) folded[same] = plain[same];
    } else {
      U8_APPEND_UNSAFE(folded, same, hiragana);
    }
    for (auto k = at; k < size; ++k) {
      begin[k] = from.begin;
      end[k] = from.end;
    }
  };
  auto spelt_apart = separators(points);
  latin_apart(points, spelt_apart);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& p = points[i];
    UChar32 c = p.c;
    if (spelt_apart[i]) continue;
    // 56す, 56し: 殺す spelt in digits (ごろ).
    if (c == '5' && i + 2 < points.size() && points[i + 1].c == '6' && (points[i + 2].c == 0x3059 || points[i + 2].c == 0x30B9 || points[i + 2].c == 0x3057) && !(last >= '0' && last <= '9') &&
        !(i + 3 < points.size() && points[i + 3].c == 0x304B)) {
      put(0x6BBA, {0x6BBA, p.begin, points[i + 1].end});
      last = 0x6BBA;
      run = 1;
      ++i;
      continue;
    }
    // Between Japanese letters nothing is said by a space or a dot: look past a run of them.
    if (joiner(c) && japanese(last)) {
      std::size_t j = i;
      while (j < points.size() && joiner(points[j].c)) ++j;
      if (j < points.size() && japanese(points[j].c)) {
        i = j - 1;
        continue;
      }
    }
    const UChar32 following = i + 1 < points.size() ? points[i + 1].c : 0;
    if (small(c)) c = full_sized(c, last, following);
    // A Latin n in the middle of kana (しnで) is ん.
    if (c == 'n' && kana(last) && (kana(following) || (joiner(following) && i + 2 < points.size() && kana(points[i + 2].c)))) c = 0x3093;
    // ー only lengthens after kana; elsewhere ~ and dashes stay what they are.
    if (one_mark(c) == 0x30FC && japanese(last)) c = 0x30FC;
    // タヒ written for 死
    if (c == 0x30BF && i + 1 < points.size() && points[i + 1].c == 0x30D2 && i + 2 < points.size() &&
        (points[i + 2].c == 0x306D || points[i + 2].c == 0x30CD || points[i + 2].c == 0x3093)) {
      put(0x6B7B, {0x6B7B, p.begin, points[i + 1].end});
      last = 0x6B7B;
      run = 1;
      ++i;
      continue;
    }
    run = c == last ? run + 1 : 1;
    last = c;
    if (run > (c == 0x30FC ? 1 : 3)) continue;
    put(c, p);
  }
  out.plain.resize(size);
  out.folded.resize(size);
  out.begin.resize(size);
  out.end.resize(size);
  return out;
}

}  // namespace mamori::text
