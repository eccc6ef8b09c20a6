#pragma once
// What engines on other machines answer, read: Vosk's WebSocket protocol and OpenAI's transcription API. Pure and bounded;
// these are bytes from outside (fuzz/replies_fuzz.cpp).
#include <string>
#include <string_view>

#include "base/result.h"
#include "speech/tier2.h"

namespace mamori::speech {

inline constexpr std::size_t kMaxReply = 256U << 10;  // bytes of one answer
inline constexpr std::size_t kMaxReplyText = 16U << 10;

struct VoskReply {
  bool final = false;  // else words so far
  std::string text;
  double start = -1;  // seconds since the stream began, below 0: not said
  double end = -1;
  double confidence = -1;  // 0..1, below 0: not said
};

/// {"partial":"…"}, {"text":"…","result":[{"conf","start","end","word"}…]} or {"alternatives":[{"text","confidence"}…]}.
/// Control characters are taken out; text beyond kMaxReplyText, times that are no times and other JSON are errors.
base::Result<VoskReply> parse_vosk(std::string_view json);

/// {"text":"…"} and, with verbose_json, "segments" with "avg_logprob" and "no_speech_prob". A text that all segments call
/// silence (no_speech_prob above 0.6 and avg_logprob below −1, as whisper's own decoder does) is empty: models invent words
/// there.
base::Result<SegmentText> parse_transcription(std::string_view json);

/// The message of an error answer ({"error":{"message":"…"}}, {"error":"…"}, {"detail":"…"}), at most 200 bytes; empty when
/// there is none. For the log.
std::string error_text(std::string_view json);

}  // namespace mamori::speech
