#include "speech/written.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace mamori::speech {
namespace {

// Words in which a numeral does not count anything, or that are written in kanji by custom.
constexpr std::array<std::string_view, 103> kKept = {
    "一人ひとり", "一人一人", "一つひとつ", "一つ一つ", "一つ", "二つ", "三つ", "四つ", "五つ", "六つ", "七つ", "八つ", "九つ", "一人", "二人", "一緒",
    "一応", "一方", "一切", "一旦", "一生", "一体", "一番", "一般", "一部", "一瞬", "一言", "一定", "一気", "一致", "一向", "一種", "一因", "一覧",
    "一律", "一括", "一貫", "一見", "一目", "一日中", "一晩", "一昨日", "一昨年", "一段", "一層", "一斉", "一流", "一家", "一軒", "一筋", "唯一", "統一",
    "同一", "万一", "万が一", "一時的", "一時期", "一度", "二度と", "二度", "再三", "三者", "三角", "四角", "四国", "四季", "九州", "九日市", "十分な",
    "十分に", "十分", "十字", "十人十色", "百科", "百貨", "百円", "千葉", "千代", "千円札", "万能", "万引", "万年", "八王子", "八百屋", "三重", "三井", "三菱",
    "三越", "五輪", "六本木", "七五三", "二重", "五十嵐", "五十音", "四日市", "三日月", "二日酔", "十日町", "二階堂", "一色", "三条", "四条", "五条"};

constexpr std::array<std::string_view, 62> kCounters = {
    "年", "ヶ月", "か月", "カ月", "箇月", "月", "日", "時間", "時", "分", "秒", "円", "人", "名", "回", "件", "個", "本", "枚", "台", "歳", "才",
    "番", "号", "丁目", "階", "週間", "週", "箱", "通", "割", "パーセント", "％", "キロ", "メートル", "センチ", "ミリ", "グラム", "リットル", "ページ", "点", "便",
    "両", "泊", "冊", "倍", "社", "店", "戸", "匹", "頭", "杯", "錠", "度目", "つ目", "巻", "章", "条", "項", "級", "位", "代"};

struct Numeral {
  std::string_view text;
  std::uint64_t value;
  bool unit;  // 十 百 千 万 億
};
constexpr std::array<Numeral, 35> kNumerals = {{{"〇", 0, false}, {"零", 0, false}, {"一", 1, false}, {"二", 2, false}, {"三", 3, false}, {"四", 4, false}, {"五", 5, false}, {"六", 6, false}, {"七", 7, false}, {"八", 8, false}, {"九", 9, false}, {"0", 0, false}, {"1", 1, false}, {"2", 2, false}, {"3", 3, false}, {"4", 4, false}, {"5", 5, false}, {"6", 6, false}, {"7", 7, false}, {"8", 8, false}, {"9", 9, false}, {"０", 0, false}, {"１", 1, false}, {"２", 2, false}, {"３", 3, false}, {"４", 4, false}, {"５", 5, false}, {"６", 6, false}, {"７", 7, false}, {"８", 8, false}, {"９", 9, false}, {"十", 10, true}, {"百", 100, true}, {"千", 1000, true}, {"万", 10000, true}}};
constexpr std::string_view kOku = "億";
constexpr std::size_t kLongest = 24;  // numerals in one number

const Numeral* numeral(std::string_view rest) {
  for (const auto& n : kNumerals) {
    if (rest.starts_with(n.text)) return &n;
  }
  return nullptr;
}

template <std::size_t N>
std::string_view first_of(std::string_view rest, const std::array<std::string_view, N>& words) {
  std::string_view best;
  for (const auto w : words) {
    if (rest.starts_with(w) && w.size() > best.size()) best = w;
  }
  return best;
}

struct Run {
  std::string_view text;  // all of it
  std::uint64_t value = 0;
  std::size_t count = 0;  // numerals
  bool units = false;     // has 十 百 千 万 億
  bool digits_only = false;
  std::string digits;  // as a string of digits, when digits_only
  bool kanji = false;
};

// The longest number at the start of `rest`, or nothing when what stands there is no number one could write.
std::optional<Run> number_at(std::string_view rest) {
  Run run;
  std::uint64_t total = 0;
  std::uint64_t section = 0;  // below 万
  std::uint64_t digit = 0;
  bool have_digit = false;
  std::string_view at = rest;
  while (run.count < kLongest) {
    if (at.starts_with(kOku) && run.count > 0) {
      total = (total + section + digit) * 100000000U;
      section = digit = 0;
      have_digit = false;
      run.units = run.kanji = true;
      at.remove_prefix(kOku.size());
      ++run.count;
      continue;
    }
    const Numeral* n = numeral(at);
    if (n == nullptr) break;
    if (!n->unit) {
      if (have_digit && run.units) break;  // 百二三: stop before what does not fit
      digit = have_digit ? digit * 10 + n->value : n->value;
      have_digit = true;
      run.digits += static_cast<char>('0' + n->value);
    } else if (n->value == 10000) {
      if (section + digit == 0) break;
      total += (section + digit) * 10000;
      section = digit = 0;
      have_digit = false;
      run.units = true;
    } else {
      section += (have_digit ? digit : 1) * n->value;
      digit = 0;
      have_digit = false;
      run.units = true;
    }
    run.kanji |= n->text.size() == 3 && n->text[0] != '\xEF';
    at.remove_prefix(n->text.size());
    ++run.count;
    if (total > 1000000000000U || section > 1000000000000U || digit > 1000000000000U) return std::nullopt;
  }
  if (run.count == 0) return std::nullopt;
  run.value = total + section + digit;
  run.digits_only = !run.units;
  run.text = rest.substr(0, rest.size() - at.size());
  return run;
}

std::string grouped(std::uint64_t value, bool commas) {
  std::string digits = std::to_string(value);
  if (commas) {
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  }
  return digits;
}

// 3千 and below in digits, from ten thousand on with 万 and 億 between, as newspapers do.
std::string spelled(std::uint64_t value, bool money) {
  if (value < 10000) return grouped(value, money && value >= 1000);
  std::string out;
  if (value >= 100000000) out += grouped(value / 100000000, false) + "億";
  value %= 100000000;
  if (value >= 10000) out += grouped(value / 10000, false) + "万";
  value %= 10000;
  if (value > 0) out += grouped(value, money && value >= 1000);
  return out;
}

std::size_t length_of_character(char lead) {
  const auto c = static_cast<unsigned char>(lead);
  return c < 0x80 ? 1 : c < 0xE0 ? 2
                    : c < 0xF0   ? 3
                                 : 4;
}

}  // namespace

std::string written(std::string_view text) {
  std::string out;
  std::string_view before;  // the counter just written: 3時 before 十分
  while (!text.empty()) {
    const auto run = number_at(text);
    const std::string_view kept = first_of(text, kKept);
    const bool minutes = kept.starts_with("十分") && before == "時";
    const std::string_view after = text.substr(kept.size());
    const bool address = kept == "一番" && (after.starts_with("地") || after.starts_with("線") || after.starts_with("ホーム"));
    // A word of the list wins over the number it begins with, unless the number goes on to its end and beyond.
    if (!kept.empty() && !minutes && !address && !(run && run->text.size() >= kept.size())) {
      out += kept;
      text = after;
      before = {};
      continue;
    }
    if (!run) {
      const std::size_t n = std::min(text.size(), length_of_character(text.front()));
      out += text.substr(0, n);
      text.remove_prefix(n);
      before = {};
      continue;
    }
    const std::string_view rest = text.substr(run->text.size());
    // A telephone or card number: digits, の, digits.
    if (run->digits_only && run->count >= 2) {
      std::string joined = run->digits;
      std::string_view tail = rest;
      std::size_t groups = 1;
      while (tail.starts_with("の")) {
        const auto next = number_at(tail.substr(3));
        if (!next || !next->digits_only || next->count < 2) break;
        joined += "-" + next->digits;
        tail.remove_prefix(3 + next->text.size());
        ++groups;
      }
      if (groups > 1 || run->count >= 3 || !run->kanji) {
        out += joined;
        text = tail;
        before = {};
        continue;
      }
    }
    const std::string_view counter = first_of(rest, kCounters);
    const bool convert = !counter.empty() || (run->units && run->count >= 3);
    if (!convert) {
      out += run->text;
    } else if (!run->kanji) {
      out += run->digits_only ? run->digits : spelled(run->value, counter == "円");
    } else {
      out += spelled(run->value, counter == "円");
    }
    text = rest;
    before = convert ? counter : std::string_view();
    if (convert && !counter.empty()) {
      out += counter;
      text.remove_prefix(counter.size());
    }
  }
  return out;
}

std::string_view mark_after(std::string_view text) {
  constexpr std::array<std::string_view, 8> kQuestion = {"ですか", "ますか", "ませんか", "でしょうか", "のか", "んか", "だろうか", "たか"};
  constexpr std::array<std::string_view, 30> kStatement = {"です", "ます", "した", "ません", "ました", "でした", "ください", "下さい", "だ", "だよ", "ですよ", "ますよ", "ですね", "ますね", "よ",
                                                           "ね", "ぞ", "ろ", "な", "たい", "ない", "だろ", "だろう", "でしょう", "んだ", "った", "しい", "さい", "やる", "です。"};
  for (const auto q : kQuestion) {
    if (text.ends_with(q)) return "？";
  }
  for (const auto s : kStatement) {
    if (text.ends_with(s)) return "。";
  }
  return "、";
}

}  // namespace mamori::speech
