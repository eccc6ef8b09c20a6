#include "telephony/sip/headers.h"

#include <arpa/inet.h>
#include <sofia-sip/sip_extra.h>
#include <sofia-sip/su_string.h>

#include <algorithm>

#include "telephony/number.h"
#include "telephony/sip/stack.h"

namespace mamori::telephony {

bool over_tcp(const sip_t* sip) {
  const std::string_view protocol = sip->sip_via != nullptr && sip->sip_via->v_protocol != nullptr ? sip->sip_via->v_protocol : "";
  return protocol.ends_with("TCP") || protocol.ends_with("tcp");
}

std::string_view payload_of(const sip_t* sip) {
  if (sip == nullptr || sip->sip_payload == nullptr || sip->sip_payload->pl_data == nullptr) return {};
  return {sip->sip_payload->pl_data, sip->sip_payload->pl_len};
}

bool is_sdp(const sip_t* sip) {
  return sip != nullptr && sip->sip_content_type != nullptr && sip->sip_content_type->c_type != nullptr &&
         su_casematch(sip->sip_content_type->c_type, "application/sdp") != 0 && !payload_of(sip).empty();
}

base::Result<AudioParty> party_of(const sip_t* sip, std::optional<SessionDescription>* keep) {
  auto session = parse_sdp(payload_of(sip));
  if (!session) return std::unexpected(session.error());
  auto party = audio_party(*session);
  if (keep != nullptr) *keep = std::move(*session);
  return party;
}

std::string caller_number_of(const sip_t* sip, std::string& asserted) {
  if (const auto* pai = sip_p_asserted_identity(sip); pai != nullptr) {
    const std::string user = user_of(pai->paid_url);
    asserted = normalise_number(user.empty() && pai->paid_url->url_host != nullptr ? pai->paid_url->url_host : user);
    if (!asserted.empty()) return asserted;
  }
  const url_t* from = sip->sip_from != nullptr ? sip->sip_from->a_url : nullptr;
  if (from == nullptr) return "anonymous";
  const std::string user = user_of(from);
  // tel: keeps the number where sip: keeps the host
  const std::string number = normalise_number(user.empty() && from->url_type == url_tel && from->url_host != nullptr ? from->url_host : user);
  return number.empty() ? "anonymous" : number;
}

std::string safe_user(const std::string& user) {
  std::string out;
  for (const char c : user) {
    const bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' ||
                    c == '_' || c == '.' || c == '*' || c == '#';
    if (ok) out += c == '#' ? '*' : c;
  }
  return out.empty() ? "anonymous" : out;
}

RemoteAudio remote_audio(const AudioParty& remote, Codec codec) {
  RemoteAudio audio;
  audio.address.sin_family = AF_INET;
  audio.address.sin_port = htons(remote.port);
  (void)inet_pton(AF_INET, remote.address.c_str(), &audio.address.sin_addr);
  const auto match = std::ranges::find(remote.codecs, codec, &CodecPayload::codec);
  const CodecPayload& chosen = match != remote.codecs.end() ? *match : remote.codecs.front();
  audio.codec = chosen.codec;
  audio.payload = chosen.payload;
  audio.telephone_event = remote.telephone_event;
  audio.listens = (remote.direction == Direction::kSendRecv || remote.direction == Direction::kRecvOnly) &&
                  audio.address.sin_addr.s_addr != 0;
  return audio;
}

}  // namespace mamori::telephony
