// What an engine on another machine answers: whatever it is, times are finite and in order, texts bounded and printable.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "speech/replies.h"

namespace {

void check(const std::string& text) {
  if (text.size() > mamori::speech::kMaxReplyText) std::abort();
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mamori::speech;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto reply = parse_vosk(text)) {
    check(reply->text);
    if (!std::isfinite(reply->start) || !std::isfinite(reply->end) || reply->end < reply->start || reply->confidence > 1) std::abort();
  }
  if (const auto segment = parse_transcription(text)) {
    check(segment->text);
    if (!std::isfinite(segment->confidence) || segment->confidence > 1) std::abort();
  }
  const auto error = error_text(text);
  check(error);
  if (error.size() > 200) std::abort();
  return 0;
}
