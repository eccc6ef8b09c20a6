#include "api/errors.h"

#include <array>

#include "base/json.h"

namespace mamori::api {
namespace {

using base::ErrorCode;

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return 400;
    case ErrorCode::kUnauthenticated: return 401;
    case ErrorCode::kPermissionDenied: return 403;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kConflict: return 409;
    case ErrorCode::kResourceExhausted: return 507;
    case ErrorCode::kUnavailable: return 503;
    case ErrorCode::kDataLoss:
    case ErrorCode::kInternal: return 500;
  }
  return 500;
}

struct Pair {
  std::string_view ja;
  std::string_view en;
};

constexpr std::array kMessages{
    Pair{"この応対は進行中ではありません", "This contact is not going on"},
    Pair{"通話はすでに終わっています", "The call is already over"},
    Pair{"ボイスボットはまだ使えません", "The voicebot is not available yet"},
    Pair{"同じ対処を実行中です", "The same action is already running"},
    Pair{"この対処はまだ使えません", "This action is not available yet"},
    Pair{"通話が先に終わりました", "The call ended first"},
    Pair{"失敗しました", "It failed"},
    Pair{"発信者の番号が分からないため、着信拒否にできません", "The caller's number is not known, so it cannot be blocked"},
    Pair{"通話ではないため、この対処はできません", "This is not a call, so this cannot be done"},
    Pair{"要配慮の方です。警告・切断・着信拒否・案内音声・ボットは使えません",
         "This person needs care: warning, disconnecting, blocking, announcement and bot are not available"},
    Pair{"人命に関わる内容、または警察に伝える情報が必要なため、この通話は終了できません",
         "A life is at stake or the police need what is said: this call cannot be ended"},
    Pair{"録音はありません", "There is no recording"},
    Pair{"録音のファイルが見つかりません", "The file of the recording is missing"},
    Pair{"この名前の音声はありません", "There is no prompt of this name"},
    Pair{"音声のファイルが見つかりません", "The sound file is missing"},
    Pair{"文は1文字以上、2,000文字以内で書いてください", "Write 1 to 2,000 characters"},
    Pair{"文が長すぎます(2,000文字まで)", "The text is too long (2,000 characters at most)"},
    Pair{"読み上げる文がありません", "There is nothing to say in it"},
    Pair{"音声合成に失敗しました", "The text could not be spoken"},
    Pair{"録音を保存できませんでした", "The recording could not be kept"},
    Pair{"この案件は見つかりません", "There is no such case"},
    Pair{"録音がないため、声紋を作れません", "There is no recording to make a voiceprint from"},
    Pair{"声紋を作るには、1.5秒以上の発話が必要です", "A voiceprint needs at least 1.5 seconds of speech"},
    Pair{"別のモデルで作られた声紋とは比べられません", "Voiceprints of different models cannot be compared"},
    Pair{"声紋のモデルを読み込めません", "The voiceprint model cannot be read"},
    Pair{"記録簿に書き込めないため、声紋を扱えません", "The journal cannot be written, so voiceprints cannot be used"},
    Pair{"この声紋は見つかりません。消去されたか、期限が切れています", "There is no such voiceprint: it was erased or has expired"},
    Pair{"この版はありません", "There is no such version"},
    Pair{"この版は、もうその状態ではありません。画面を読み込み直してください", "The version is not in that state any more. Load the page again"},
    Pair{"下書きを直せるのは、書いた人だけです。別の下書きとして保存してください", "Only its author can edit a draft. Save yours as another draft"},
    Pair{"確認を依頼できるのは、書いた人だけです", "Only its author can submit a draft"},
    Pair{"差し戻す理由を書いてください", "Say why it is sent back"},
    Pair{"自分が書いた版は承認できません。ほかの管理者に確認してもらってください", "You cannot approve what you wrote. Ask another administrator"},
    Pair{"適用の開始は 2 年先までです", "It can apply from at most two years ahead"},
    Pair{"ほかの人が試しています。終わってから、もう一度お試しください", "Somebody else is trying one. Try again when it is over"},
    Pair{"記録簿に書き込めないため、過去の応対を読めません", "The journal cannot be written, so past contacts cannot be read"},
    Pair{"途中でやめました", "Stopped"},
    Pair{"there is no such contact", "There is no such contact"},
    Pair{"通話を扱う部分(media)につながっていません", "The media role is not connected"},
};

}  // namespace

Language language_of(const net::Request& request) {
  return request.header("accept-language").starts_with("en") ? Language::kEnglish : Language::kJapanese;
}

std::string english(const std::string& ja) {
  for (const auto& pair : kMessages) {
    if (pair.ja == ja) return std::string(pair.en);
  }
  return ja;
}

net::Response not_yet_kept(Language language) {
  return problem(503, "受け付けましたが、記録簿にまだ書き込めていません。書き込めるようになると自動で保存されます",
                 "Taken, but the journal cannot be written yet. It is kept and written as soon as it can be", language);
}

net::Response problem(const base::Error& error, Language language) {
  const int status = status_of(error.code);
  return problem(status, error.message, english(error.message), language);
}

net::Response problem(int status, const std::string& ja, const std::string& en, Language language) {
  net::Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = base::json::serialize(base::json::object{
      {"type", "about:blank"}, {"status", status}, {"title", language == Language::kEnglish ? en : ja}});
  return response;
}

}  // namespace mamori::api
