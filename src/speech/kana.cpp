#include "speech/kana.h"

#include <algorithm>
#include <map>

namespace mamori::speech {
namespace {

// Two-kana morae first. The same table as ml/phones.py.
struct Mora {
  std::string_view kana;
  std::string_view phonemes;
};
constexpr Mora kMorae[] = {
    // clang-format off
    {"イェ", "i e"}, {"ウァ", "w a"}, {"ウィ", "w i"}, {"ウェ", "w e"}, {"ウォ", "w o"}, {"キェ", "ky e"},
    {"キャ", "ky a"}, {"キュ", "ky u"}, {"キョ", "ky o"}, {"ギェ", "gy e"}, {"ギャ", "gy a"}, {"ギュ", "gy u"},
    {"ギョ", "gy o"}, {"クァ", "k a"}, {"グァ", "g a"}, {"シェ", "sh e"}, {"シャ", "sh a"}, {"シュ", "sh u"},
    {"ショ", "sh o"}, {"ジェ", "j e"}, {"ジャ", "j a"}, {"ジュ", "j u"}, {"ジョ", "j o"}, {"スィ", "s i"},
    {"ズィ", "z i"}, {"チェ", "ch e"}, {"チャ", "ch a"}, {"チュ", "ch u"}, {"チョ", "ch o"}, {"ヂェ", "j e"},
    {"ヂャ", "j a"}, {"ヂュ", "j u"}, {"ヂョ", "j o"}, {"ツァ", "ts a"}, {"ツィ", "ts i"}, {"ツェ", "ts e"},
    {"ツォ", "ts o"}, {"ティ", "t i"}, {"テュ", "ch u"}, {"ディ", "d i"}, {"デュ", "j u"}, {"トゥ", "t u"},
    {"ドゥ", "d u"}, {"ニェ", "ny e"}, {"ニャ", "ny a"}, {"ニュ", "ny u"}, {"ニョ", "ny o"}, {"ヒェ", "hy e"},
    {"ヒャ", "hy a"}, {"ヒュ", "hy u"}, {"ヒョ", "hy o"}, {"ビェ", "by e"}, {"ビャ", "by a"}, {"ビュ", "by u"},
    {"ビョ", "by o"}, {"ピェ", "py e"}, {"ピャ", "py a"}, {"ピュ", "py u"}, {"ピョ", "py o"}, {"ファ", "f a"},
    {"フィ", "f i"}, {"フェ", "f e"}, {"フォ", "f o"}, {"フュ", "f u"}, {"ミェ", "my e"}, {"ミャ", "my a"},
    {"ミュ", "my u"}, {"ミョ", "my o"}, {"リェ", "ry e"}, {"リャ", "ry a"}, {"リュ", "ry u"}, {"リョ", "ry o"},
    {"ヴァ", "b a"}, {"ヴィ", "b i"}, {"ヴェ", "b e"}, {"ヴォ", "b o"}, {"ァ", "a"}, {"ア", "a"}, {"ィ", "i"},
    {"イ", "i"}, {"ゥ", "u"}, {"ウ", "u"}, {"ェ", "e"}, {"エ", "e"}, {"ォ", "o"}, {"オ", "o"},
    {"カ", "k a"}, {"ガ", "g a"}, {"キ", "k i"}, {"ギ", "g i"}, {"ク", "k u"}, {"グ", "g u"},
    {"ケ", "k e"}, {"ゲ", "g e"}, {"コ", "k o"}, {"ゴ", "g o"}, {"サ", "s a"}, {"ザ", "z a"},
    {"シ", "sh i"}, {"ジ", "j i"}, {"ス", "s u"}, {"ズ", "z u"}, {"セ", "s e"}, {"ゼ", "z e"},
    {"ソ", "s o"}, {"ゾ", "z o"}, {"タ", "t a"}, {"ダ", "d a"}, {"チ", "ch i"}, {"ヂ", "j i"},
    {"ッ", "cl"}, {"ツ", "ts u"}, {"ヅ", "z u"}, {"テ", "t e"}, {"デ", "d e"}, {"ト", "t o"},
    {"ド", "d o"}, {"ナ", "n a"}, {"ニ", "n i"}, {"ヌ", "n u"}, {"ネ", "n e"}, {"ノ", "n o"},
    {"ハ", "h a"}, {"バ", "b a"}, {"パ", "p a"}, {"ヒ", "h i"}, {"ビ", "b i"}, {"ピ", "p i"},
    {"フ", "f u"}, {"ブ", "b u"}, {"プ", "p u"}, {"ヘ", "h e"}, {"ベ", "b e"}, {"ペ", "p e"},
    {"ホ", "h o"}, {"ボ", "b o"}, {"ポ", "p o"}, {"マ", "m a"}, {"ミ", "m i"}, {"ム", "m u"},
    {"メ", "m e"}, {"モ", "m o"}, {"ャ", "y a"}, {"ヤ", "y a"}, {"ュ", "y u"}, {"ユ", "y u"},
    {"ョ", "y o"}, {"ヨ", "y o"}, {"ラ", "r a"}, {"リ", "r i"}, {"ル", "r u"}, {"レ", "r e"},
    {"ロ", "r o"}, {"ヮ", "w a"}, {"ワ", "w a"}, {"ヰ", "i"}, {"ヱ", "e"}, {"ヲ", "o"}, {"ン", "N"},
    {"ヴ", "b u"},
    // clang-format on
};

// Hiragana and katakana lie 0x60 apart in Unicode; both are three bytes in UTF-8.
std::string katakana(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto a = static_cast<unsigned char>(text[i]);
    if (a == 0xE3 && i + 2 < text.size()) {
      const unsigned code = (a & 0x0FU) << 12 | (static_cast<unsigned char>(text[i + 1]) & 0x3FU) << 6 |
                            (static_cast<unsigned char>(text[i + 2]) & 0x3FU);
      const unsigned kata = code >= 0x3041 && code <= 0x3096 ? code + 0x60 : code;
      out += static_cast<char>(0xE0 | kata >> 12);
      out += static_cast<char>(0x80 | (kata >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (kata & 0x3F));
      i += 3;
    } else {
      out += text[i++];
    }
  }
  return out;
}

bool vowel(std::string_view p) { return p == "a" || p == "i" || p == "u" || p == "e" || p == "o"; }

void append(std::string_view phonemes, std::vector<std::string>& out) {
  for (std::size_t at = 0; at < phonemes.size();) {
    const std::size_t end = std::min(phonemes.find(' ', at), phonemes.size());
    out.emplace_back(phonemes.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

std::vector<std::string> phonemes_of_kana(std::string_view reading) {
  const std::string text = katakana(reading);
  std::string_view rest = text;
  std::vector<std::string> out;
  while (!rest.empty()) {
    const auto found = std::ranges::find_if(kMorae, [&](const Mora& m) { return rest.starts_with(m.kana); });
    if (found != std::end(kMorae)) {
      append(found->phonemes, out);
      rest.remove_prefix(found->kana.size());
      continue;
    }
    if (rest.starts_with("ー") || rest.starts_with("〜")) {
      const auto last = std::find_if(out.rbegin(), out.rend(), [](const std::string& p) { return vowel(p); });
      if (last == out.rend()) return {};
      out.push_back(*last);
      rest.remove_prefix(3);
      continue;
    }
    bool passed = false;
    for (const std::string_view mark : {"、", "。", "・", "？", "！", "　", " "}) {
      if (!rest.starts_with(mark)) continue;
      rest.remove_prefix(mark.size());
      passed = true;
      break;
    }
    if (!passed) return {};
  }
  return out;
}

std::vector<std::string> spoken_phonemes_of_kana(std::string_view reading) {
  auto out = phonemes_of_kana(reading);
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (out[i] == "u" && out[i - 1] == "o") out[i] = "o";
    if (out[i] == "i" && out[i - 1] == "e") out[i] = "e";
  }
  return out;
}

std::vector<std::string> morae(std::span<const std::string> phonemes) {
  static const auto kOf = [] {
    std::map<std::string_view, std::string_view> table;
    for (const Mora& m : kMorae) {
      // Spellings of the same sound that are not the usual one.
      static constexpr std::string_view kUnusual[] = {"ヲ", "ヂ", "ヅ", "ヰ", "ヱ", "ァ", "ィ", "ゥ", "ェ", "ォ", "ャ",
                                                      "ュ", "ョ", "ヮ", "クァ", "グァ", "イェ", "テュ", "デュ", "フュ"};
      if (std::ranges::find(kUnusual, m.kana) != std::end(kUnusual) || m.kana.starts_with("ヴ") ||
          m.kana.starts_with("ヂ") || m.kana == "スィ" || m.kana == "ズィ")
        continue;
      table.try_emplace(m.phonemes, m.kana);
    }
    return table;
  }();
  std::vector<std::string> out;
  for (std::size_t i = 0; i < phonemes.size();) {
    if (i + 1 < phonemes.size()) {
      const auto two = kOf.find(phonemes[i] + " " + phonemes[i + 1]);
      if (two != kOf.end() && !vowel(phonemes[i])) {
        out.emplace_back(two->second);
        i += 2;
        continue;
      }
    }
    const auto one = kOf.find(phonemes[i]);
    out.emplace_back(one != kOf.end() ? std::string(one->second) : phonemes[i]);
    ++i;
  }
  return out;
}

}  // namespace mamori::speech
