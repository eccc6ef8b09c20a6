// Any bytes as a session description: refused or read; what is read can be written, and reads the same again.
#include <cstdlib>

#include "telephony/sdp/negotiate.h"

using namespace mamori::telephony;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto session = parse_sdp({reinterpret_cast<const char*>(data), size});
  if (!session) return 0;
  const std::string text = write_sdp(*session);
  if (const auto again = parse_sdp(text); again && write_sdp(*again) != text) std::abort();
  if (const auto party = audio_party(*session)) {
    const auto answer = make_answer(*session, *party, 1, 1);
    if (answer.media.size() != session->media.size()) std::abort();
    if (!parse_sdp(write_sdp(answer))) std::abort();
    if (!audio_party(*parse_sdp(write_sdp(make_offer(*party, 1, 1)))) && party->address != "0.0.0.0") std::abort();
  }
  return 0;
}
