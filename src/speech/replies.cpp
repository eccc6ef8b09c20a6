#include "speech/replies.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "speech/sherpa.h"

namespace mamori::speech {

namespace json = base::json;
using base::ErrorCode;

namespace {

constexpr double kLongestStream = 7 * 24 * 3600.0;
// whisper's decoder (openai/whisper transcribe.py): no_speech_threshold and logprob_threshold.
constexpr double kNoSpeech = 0.6;
constexpr double kUnlikely = -1.0;

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  const auto first = out.find_first_not_of(' ');
  return first == std::string::npos ? std::string() : without_japanese_spaces(std::string_view(out).substr(first));
}

base::Result<json::object> object_of(std::string_view text) {
  auto value = base::parse_json(text, kMaxReply);
  if (!value) return base::fail(value.error(), "the engine's answer");
  if (!value->is_object()) return base::fail(ErrorCode::kInvalidArgument, "the engine's answer is no JSON object");
  return std::move(value->as_object());
}

// A number when it is one, finite and within the bounds; else nothing.
double number(const json::object& object, std::string_view key, double least, double most, double otherwise) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return otherwise;
  const double n = value->to_number<double>();
  return std::isfinite(n) && n >= least && n <= most ? n : otherwise;
}

}  // namespace

base::Result<VoskReply> parse_vosk(std::string_view text) {
  auto object = object_of(text);
  if (!object) return base::fail(object.error());
  VoskReply reply;
  const auto take = [&](const json::value& value) -> base::Result<> {
    if (!value.is_string() || value.get_string().size() > kMaxReplyText) return base::fail(ErrorCode::kInvalidArgument, "the engine's answer has no usable text");
    reply.text = plain(value.get_string());
    return {};
  };
  if (const auto* partial = object->if_contains("partial")) {
    if (auto ok = take(*partial); !ok) return base::fail(ok.error());
    return reply;
  }
  reply.final = true;
  if (const auto* list = object->if_contains("alternatives"); list != nullptr && list->is_array() && !list->as_array().empty()) {
    const auto& first = list->as_array().front();
    if (!first.is_object() || !first.as_object().contains("text")) return base::fail(ErrorCode::kInvalidArgument, "the engine's answer has no usable text");
    if (auto ok = take(first.as_object().at("text")); !ok) return base::fail(ok.error());
    return reply;  // its confidence is no probability
  }
  const auto* said = object->if_contains("text");
  if (said == nullptr) return base::fail(ErrorCode::kInvalidArgument, "the engine's answer has neither \"partial\" nor \"text\"");
  if (auto ok = take(*said); !ok) return base::fail(ok.error());
  const auto* words = object->if_contains("result");
  if (words == nullptr || !words->is_array()) return reply;
  double sure = 0;
  int counted = 0;
  for (const auto& item : words->as_array()) {
    if (!item.is_object()) continue;
    const auto& word = item.as_object();
    const double start = number(word, "start", 0, kLongestStream, -1);
    const double end = number(word, "end", 0, kLongestStream, -1);
    if (start >= 0 && (reply.start < 0 || start < reply.start)) reply.start = start;
    reply.end = std::max(reply.end, end);
    const double confidence = number(word, "conf", 0, 1, -1);
    if (confidence < 0) continue;
    sure += confidence;
    ++counted;
  }
  if (counted > 0) reply.confidence = sure / counted;
  if (reply.end < reply.start) reply.end = reply.start;
  return reply;
}

base::Result<SegmentText> parse_transcription(std::string_view text) {
  auto object = object_of(text);
  if (!object) return base::fail(object.error());
  const auto* said = object->if_contains("text");
  if (said == nullptr || !said->is_string() || said->get_string().size() > kMaxReplyText) {
    const auto why = error_text(text);
    return base::fail(ErrorCode::kInvalidArgument, why.empty() ? "the engine's answer has no usable \"text\"" : "the engine says: " + why);
  }
  SegmentText out;
  out.text = plain(said->get_string());
  const auto* segments = object->if_contains("segments");
  if (segments == nullptr || !segments->is_array()) return out;
  double likely = 0;
  int counted = 0;
  bool speech = false;
  for (const auto& item : segments->as_array()) {
    if (!item.is_object()) continue;
    const auto& s = item.as_object();
    const double mean = number(s, "avg_logprob", -100, 0, 1);
    const double none = number(s, "no_speech_prob", 0, 1, 0);
    if (!(none > kNoSpeech && mean < kUnlikely)) speech = true;
    if (mean > 0) continue;
    likely += std::exp(mean);
    ++counted;
  }
  if (!segments->as_array().empty() && !speech) out.text.clear();
  if (counted > 0) out.confidence = likely / counted;
  return out;
}

std::string error_text(std::string_view text) {
  auto value = base::parse_json(text, kMaxReply);
  if (!value || !value->is_object()) return {};
  const auto& object = value->as_object();
  std::string out;
  if (const auto* error = object.if_contains("error")) out = error->is_object() ? base::get_string(error->as_object(), "message") : base::get_string(object, "error");
  if (out.empty()) out = base::get_string(object, "detail");
  if (out.empty()) out = base::get_string(object, "message");
  out = plain(out.substr(0, 4096));
  if (out.size() > 200) {
    out.resize(200);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0x80) != 0) out.pop_back();  // no half character
  }
  return out;
}

}  // namespace mamori::speech
