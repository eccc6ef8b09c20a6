// Any bytes on the link, in one piece and in pieces: the same frames, and none of them takes the parsers down.
#include <cstdlib>

#include "link/frame.h"

using namespace mamori::link;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Decoder whole;
  whole.push(bytes);
  std::size_t frames = 0;
  if (const auto taken = whole.take()) frames = taken->size();
  Decoder pieces;
  std::size_t in_pieces = 0;
  for (std::size_t at = 0; at < size; at += 7) {
    pieces.push(bytes.substr(at, 7));
    const auto taken = pieces.take();
    if (!taken) break;
    for (const auto& frame : *taken) {
      ++in_pieces;
      if (frame.type == FrameType::kJson) {
        (void)parse_message(frame);
      } else if (const auto audio = parse_audio(frame)) {
        Decoder again;
        again.push(encode(*audio));
        const auto back = again.take();
        if (!back || back->size() != 1) std::abort();
      }
    }
  }
  if (frames != in_pieces) std::abort();
  return 0;
}
