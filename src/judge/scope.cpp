#include "judge/scope.h"

#include <re2/re2.h>

#include <algorithm>

namespace mamori::judge {
namespace {

constexpr std::size_t kWindow = 200;

// Patterns are written in hiragana for kana: the text is folded.
const RE2& quoted_after() {
  static const RE2 re(
      "^[^。!?\\n]{0,24}?[」』\"”]?、?(?:と|って|などと|なんて|とか|みたいに|みたいなこと|的なこと|のような)(?:か|も|まで|、)?(?:大声で|急に|突然|何度も|いきなり|平気で|面と向かって|はっきり|毎日|ずっと)?"
      "(?:[をがもはに])?(?:言われ|いわれ|云われ|怒鳴られ|どなられ|怒鳴りつけられ|書かれ|書いてあ|書いてき|書き込まれ|書き込み|脅され|おどされ|罵られ|罵倒され|送られ|送ってき|投稿され|叫ばれ|叫んで|"
      "怒鳴って(?:い|る)|怒鳴る(?:人|声|客|お客|男)|言い放|言い出|吐き捨て|迫られ|強要され|要求され|求められ|詰め寄られ|"
      "言って(?:いた|いました|ました|きた|きました|きて|くる|いる人|る人|いるのを|るのを|いる声|る声)|言ってた|言う(?:人|客|奴|やつ|方|お客|声|男|のが聞こえ)|いう(?:人|客|言葉|表現|発言|書き込み|投稿|めーる|電話|暴言|脅迫|貼り紙|張り紙|手紙|内容|声|せりふ|台詞|歌詞|口こみ|留守電))");
  return re;
}

const RE2& quoted_before() {
  static const RE2 re(
      "(?:隣人|隣の(?:人|住人|部屋)|近所の?|(?:元)?夫|妻|主人|旦那|父親?|母親?|息子|娘|兄|弟|姉|妹|祖父|祖母|子ども?|上司|同僚|先輩|部長|店員|前の担当|担当者|係員|職員|運転手|配達員|客|お客さ[まん]|お客様|相手|彼氏?|彼女|元彼|知らない(?:人|男)|見知らぬ(?:人|男)|誰か|他の(?:人|客|お客)|別の(?:人|客|お客)|くらすめーと|同級生|友人|友達|男性|女性|同居人|すとーかー)"
      "(?:の(?:人|方|男性|女性))?(?:が|から|に|は)[^。!?\\n]{0,40}[「『\"“]?[^。!?「」\\n]{0,16}$");
  return re;
}

const RE2& denied_after() {
  static const RE2 re(
      "^[^。!?\\n]{0,12}?[」』\"”]?(?:と|って|なんて|とは|などと|とまで|とか)(?:は|まで|も)?(?:一言も|ひとことも|決して|別に|そこまで)?(?:、)?"
      "(?:言って(?:い)?(?:ない|ません|ねえ)|言った(?:覚え|つもり|わけ)(?:は|も|では|じゃ)?(?:ない|ありません)|言うつもり(?:は|も)?(?:ない|ありません|ございません)|"
      "思って(?:い)?(?:ない|ません)|申して(?:い|おり)?(?:ない|ません)|申し上げて(?:い)?(?:ない|ません)|言いません|言わない(?:です|けど|が|から|。|、|$)|求めて(?:い)?(?:ない|ません)|望んで(?:い)?(?:ない|ません)|期待して(?:い)?(?:ない|ません))");
  return re;
}

const RE2& negated_after() {
  static const RE2 re(
      "^(?:な)?(?:わけ(?:じゃ|では|が|も|は)?(?:ない|ありません|ねえ)|つもり(?:は|では|じゃ|など|も)?(?:全く|まったく|毛頭)?(?:ない|ありません|ございません)|こと(?:は|も)?(?:ない|ありません|しません|しない)|"
      "気(?:は|も)(?:ない|ありません)|必要(?:は|も)(?:ない|ありません)|のは(?:やめ|よく(?:ない|ありません))|とは(?:思|限|言いませ)|ほどの?(?:こと|話)(?:では|じゃ)|たりはし(?:ない|ません)|ような(?:こと|真似|まね)は(?:しない|しません|いたしません))");
  return re;
}

const RE2& words_about() {
  static const RE2 re(
      "(?:研修|ろーるぷれい|ろーぷれ|教材|まにゅある|例文|例えば(?:、)?「|小説|台本|脚本|歌詞|どらま|映画|漫画|あにめ|せりふ|台詞|げーむ(?:の|内)|てすと(?:投稿|めーる|入力|でーた)|単語登録|ngわーど|禁止わーど|禁止語|辞書|翻訳|意味を(?:教え|知り)|という(?:言葉|表現|単語|ふれーず)の)");
  return re;
}

std::string_view back_window(std::string_view text, std::size_t begin) {
  std::size_t from = begin > kWindow ? begin - kWindow : 0;
  while (from < begin && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  return text.substr(from, begin - from);
}

std::string_view ahead_window(std::string_view text, std::size_t end) {
  std::size_t to = std::min(text.size(), end + kWindow);
  while (to < text.size() && to > end && (static_cast<unsigned char>(text[to]) & 0xC0) == 0x80) --to;
  return text.substr(end, to - end);
}

bool has(const RE2& re, std::string_view text) { return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), re); }

}  // namespace

std::string scope_excuse(std::string_view folded, std::size_t begin, std::size_t end) {
  const auto after = ahead_window(folded, end);
  if (has(denied_after(), after)) return "denial";
  if (has(negated_after(), after)) return "negation";
  if (has(quoted_after(), after)) return "quotation";
  // A third person before, an opened quotation mark or a quoting particle after.
  static const RE2 particle("^[^。!?\\n]{0,24}?[」』\"”]?(?:と|って)(?:、)?(?:言|い(?:う|わ|っ)|書|怒鳴|叫|脅|暴れ|騒|通報|相談)");
  static const RE2 first_person("^[^。!?\\n]{0,16}?(?:と|って)(?:言|い)って(?:ん|るん|るだろ|るの|やる|おく|おい)");
  if (has(particle, after) && !has(first_person, after) && has(quoted_before(), back_window(folded, begin))) return "quotation";
  return {};
}

bool about_words(std::string_view folded) { return has(words_about(), folded.substr(0, 4096)); }

}  // namespace mamori::judge
