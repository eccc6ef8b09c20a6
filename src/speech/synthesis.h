#pragma once
// Text to speech for announcements and prompts: Open JTalk with an HTS voice, run as a process.
//
// Both come from the system (Debian: open-jtalk and its dictionary in main; the nitech voice in contrib) and either may be
// absent: then problem() says what is missing and nothing else is affected. Thread-safe; one text is spoken at a time.
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "audio/pcm.h"
#include "base/result.h"

namespace mamori::speech {

struct SynthesisOptions {
  std::string program = "open_jtalk";  // looked for in PATH when it holds no slash
  std::string dictionary;
  std::string voice;
  std::string cache_dir;  // made when it is not there
};

inline constexpr std::size_t kMostSpokenBytes = 6000;  // UTF-8; about five minutes of speech

class Synthesiser {
 public:
  explicit Synthesiser(SynthesisOptions options) : options_(std::move(options)) {}

  /// Empty when it can speak; else what is missing, in Japanese for people.
  [[nodiscard]] std::string problem() const;

  /// The path of an 8 kHz mono WAV that says `text`. Made on the first call (about a tenth of the speech's length, at most
  /// 60 s), then found by the hash of text and voice. kInvalidArgument: nothing in it to say, or too long. kUnavailable:
  /// something is missing or failed.
  base::Result<std::string> speak(std::string_view text);

 private:
  base::Result<std::vector<audio::Sample>> sentence(const std::string& text, const std::string& scratch) const;
  SynthesisOptions options_;
  std::mutex mutex_;
};

/// Text in pieces that Open JTalk reads whole: it takes one line of at most 1,023 bytes. Cut at sentence ends, else at
/// commas, else between characters; what holds nothing to say is dropped. Pure.
std::vector<std::string> spoken_pieces(std::string_view text, std::size_t most_bytes = 600);

}  // namespace mamori::speech
