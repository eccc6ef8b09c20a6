#include "text/normalise.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>

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

UChar32 next_point(const std::uint8_t* s, std::int64_t& i, std::int64_t length) {
  UChar32 c = 0;
  U8_NEXT(s, i, length, c);
  return c < 0 ? 0xFFFD : c;
}

void append(std::string& out, UChar32 c) {
  std::uint8_t buffer[4];
  std::int32_t n = 0;
  U8_APPEND_UNSAFE(buffer, n, c);
  out.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(n));
}

std::vector<Point> compose(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfkc = icu::Normalizer2::getNFKCInstance(status);
  std::vector<Point> out;
  out.reserve(text.size() / 2);
  const auto* s = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto length = static_cast<std::int64_t>(text.size());
  std::int64_t i = 0;
  while (i < length) {
    const auto segment_begin = static_cast<std::uint32_t>(i);
    UChar32 c = next_point(s, i, length);
    if (c < 0x80) {  // the common case of ASCII
      // A combining mark may follow even an ASCII letter.
      std::int64_t peek = i;
      const UChar32 following = i < length ? next_point(s, peek, length) : 0x20;
      if (nfkc == nullptr || nfkc->hasBoundaryBefore(following)) {
        if (!invisible(c)) out.push_back({u_tolower(c), segment_begin, static_cast<std::uint32_t>(i)});
        continue;
      }
    }
    icu::UnicodeString segment(c);
    for (int n = 1; i < length && n < kMaxSegment; ++n) {
      std::int64_t peek = i;
      const UChar32 following = next_point(s, peek, length);
      if (nfkc == nullptr || nfkc->hasBoundaryBefore(following)) break;
      segment.append(following);
      i = peek;
    }
    const auto segment_end = static_cast<std::uint32_t>(i);
    const icu::UnicodeString composed = nfkc ? nfkc->normalize(segment, status) : segment;
    for (std::int32_t k = 0; k < composed.length(); k = composed.moveIndex32(k, 1)) {
      const UChar32 p = composed.char32At(k);
      if (!invisible(p)) out.push_back({u_tolower(p), segment_begin, segment_end});
    }
  }
  return out;
}

// Marks that only hold letters apart (馬*鹿*な, こ/ろ/す): the same mark at least twice, one letter between. A bracket, a full
// stop or a comma is punctuation and is never one.
std::vector<bool> separators(const std::vector<Point>& points) {
  std::vector<bool> out(points.size(), false);
  const auto mark = [](UChar32 c) { return c == '*' || c == '/' || c == '\\' || c == '|' || c == '.' || c == '-' || c == '+' || c == '=' || c == '^' || c == 0x2605 || c == 0x2606 || c == 0x266A || c == 0x2022 || c == 0x203B; };
  for (std::size_t i = 1; i + 3 < points.size(); ++i) {
    if (!mark(points[i].c) || !japanese(points[i - 1].c)) continue;
    std::size_t n = i;
    while (n + 2 < points.size() && points[n + 2].c == points[i].c && japanese(points[n + 1].c)) n += 2;
    if (n == i || n + 1 >= points.size() || !japanese(points[n + 1].c)) continue;
    for (std::size_t k = i; k <= n; k += 2) out[k] = true;
    i = n;
  }
  return out;
}

UChar32 one_mark(UChar32 c) { return c == 0x301C || c == 0x7E || c == 0x2015 || c == 0x2500 ? 0x30FC : c; }  // 〜 ~ ― ─ as ー

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
  out.plain.reserve(text.size());
  out.begin.reserve(text.size());
  out.end.reserve(text.size());
  UChar32 last = 0;
  int run = 0;
  const auto put = [&](UChar32 c, const Point& from) {
    const auto size = out.plain.size();
    append(out.plain, c);
    out.begin.insert(out.begin.end(), out.plain.size() - size, from.begin);
    out.end.insert(out.end.end(), out.plain.size() - size, from.end);
  };
  const auto spelt_apart = separators(points);
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
  out.folded = fold_kana(out.plain);
  return out;
}

}  // namespace mamori::text
