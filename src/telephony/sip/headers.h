// Reading what matters out of sofia's parsed messages, and what may be written into ours.
#pragma once

#include <sofia-sip/sip.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "telephony/media/leg.h"
#include "telephony/sdp/negotiate.h"

namespace mamori::telephony {

bool over_tcp(const sip_t* sip);
// The body; empty when there is none. `sip` may be null, here and below.
std::string_view payload_of(const sip_t* sip);
bool is_sdp(const sip_t* sip);
// The audio of the body. `keep`, when given, gets the description if it could be parsed at all.
base::Result<AudioParty> party_of(const sip_t* sip, std::optional<SessionDescription>* keep = nullptr);

// Who calls, normalised: the network's word (P-Asserted-Identity, RFC 3325; returned in `asserted`) before the caller's own
// (From). "anonymous" when neither says.
std::string caller_number_of(const sip_t* sip, std::string& asserted);
// Only what may stand in a user part: nothing from outside gets into headers we write unchecked.
std::string safe_user(const std::string& user);

// What the media worker needs of a description: this codec if the other side has it, else its first.
RemoteAudio remote_audio(const AudioParty& remote, Codec codec);

}  // namespace mamori::telephony
