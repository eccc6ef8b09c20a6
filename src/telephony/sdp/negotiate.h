// Offer and answer (RFC 3264) for one G.711 audio stream with telephone-event (RFC 4733). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "telephony/codec.h"
#include "telephony/sdp/session.h"

namespace mamori::telephony {

struct CodecPayload {
  Codec codec = Codec::kPcmu;
  std::uint8_t payload = 0;
  bool operator==(const CodecPayload&) const = default;
};

// What one side says about its audio.
struct AudioParty {
  std::string address;  // IPv4 literal
  std::uint16_t port = 0;
  std::vector<CodecPayload> codecs;             // in that side's order of preference, at least one
  std::optional<std::uint8_t> telephone_event;  // its payload type
  int ptime = 20;                               // ms
  Direction direction = Direction::kSendRecv;   // as that side wrote it
  std::size_t line = 0;                         // index of its m= line
};

// The first audio line that is RTP/AVP with PCMU or PCMA and a port. An address of 0.0.0.0 (the hold of RFC 2543) reads as
// sendonly/inactive. kInvalidArgument when there is none: answer 488.
base::Result<AudioParty> audio_party(const SessionDescription& session);

// One audio line with these codecs. `id` and `version` go in the origin (RFC 3264 section 8: version + 1 per change).
SessionDescription make_offer(const AudioParty& local, std::uint64_t id, std::uint64_t version);
// Answers `offer` line by line: the audio line `local.line` with `local`, every other line refused with port 0.
SessionDescription make_answer(const SessionDescription& offer, const AudioParty& local, std::uint64_t id,
                               std::uint64_t version);

// The codecs of `offered` that `wanted` also has, in the order of `offered` and with its payload types.
std::vector<CodecPayload> common_codecs(const std::vector<CodecPayload>& offered, const std::vector<CodecPayload>& wanted);

}  // namespace mamori::telephony
