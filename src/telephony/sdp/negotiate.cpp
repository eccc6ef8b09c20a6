#include "telephony/sdp/negotiate.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace mamori::telephony {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

std::optional<int> payload_number(std::string_view text) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > 127) return std::nullopt;
  return value;
}

bool ipv4(const std::string& address) {
  in_addr parsed{};
  return inet_pton(AF_INET, address.c_str(), &parsed) == 1;
}

// Static types need no rtpmap (RFC 3551), dynamic ones do.
void read_format(const MediaLine& line, int payload, AudioParty& party) {
  const auto map = std::ranges::find(line.maps, payload, &RtpMap::payload);
  const auto type = static_cast<std::uint8_t>(payload);
  if (map == line.maps.end()) {
    if (payload == 0) party.codecs.push_back({Codec::kPcmu, type});
    if (payload == 8) party.codecs.push_back({Codec::kPcma, type});
    return;
  }
  if (map->clock != 8000 || map->channels > 1) return;
  if (same_name(map->encoding, "PCMU")) party.codecs.push_back({Codec::kPcmu, type});
  if (same_name(map->encoding, "PCMA")) party.codecs.push_back({Codec::kPcma, type});
  if (same_name(map->encoding, "telephone-event") && !party.telephone_event) party.telephone_event = type;
}

MediaLine audio_line(const AudioParty& local) {
  MediaLine line;
  line.kind = "audio";
  line.port = local.port;
  line.protocol = "RTP/AVP";
  line.ptime = local.ptime;
  line.direction = local.direction;
  for (const auto& [codec, payload] : local.codecs) {
    line.formats.push_back(std::to_string(payload));
    line.maps.push_back({payload, std::string(encoding_name(codec)), 8000, 1});
  }
  if (local.telephone_event) {
    line.formats.push_back(std::to_string(*local.telephone_event));
    line.maps.push_back({*local.telephone_event, "telephone-event", 8000, 1});
    line.fmtp.emplace_back(*local.telephone_event, "0-15");
  }
  return line;
}

SessionDescription session_of(const AudioParty& local, std::uint64_t id, std::uint64_t version) {
  SessionDescription session;
  session.origin_user = "mamori";
  session.id = id;
  session.version = version;
  session.origin_address = local.address;
  session.connection = local.address;
  return session;
}

}  // namespace

base::Result<AudioParty> audio_party(const SessionDescription& session) {
  for (std::size_t i = 0; i < session.media.size(); ++i) {
    const MediaLine& line = session.media[i];
    if (line.kind != "audio" || line.port == 0 || (line.protocol != "RTP/AVP" && line.protocol != "RTP/AVPF")) continue;
    AudioParty party;
    party.address = line.connection.empty() ? session.connection : line.connection;
    if (!ipv4(party.address)) continue;
    party.port = line.port;
    party.line = i;
    party.direction = line.direction;
    if (party.address == "0.0.0.0") {
      party.direction = line.direction == Direction::kSendRecv || line.direction == Direction::kSendOnly
                            ? Direction::kSendOnly
                            : Direction::kInactive;
    }
    if (line.ptime > 0) party.ptime = line.ptime;
    for (const auto& format : line.formats) {
      if (const auto payload = payload_number(format)) read_format(line, *payload, party);
    }
    if (!party.codecs.empty()) return party;
  }
  return base::fail(base::ErrorCode::kInvalidArgument, "no audio line with PCMU or PCMA over RTP/AVP and an IPv4 address");
}

SessionDescription make_offer(const AudioParty& local, std::uint64_t id, std::uint64_t version) {
  SessionDescription session = session_of(local, id, version);
  session.media.push_back(audio_line(local));
  return session;
}

SessionDescription make_answer(const SessionDescription& offer, const AudioParty& local, std::uint64_t id,
                               std::uint64_t version) {
  SessionDescription session = session_of(local, id, version);
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    if (i == local.line) {
      session.media.push_back(audio_line(local));
      session.media.back().protocol = offer.media[i].protocol;
      continue;
    }
    MediaLine refused;
    refused.kind = offer.media[i].kind;
    refused.protocol = offer.media[i].protocol;
    refused.formats = {offer.media[i].formats.front()};
    session.media.push_back(std::move(refused));
  }
  return session;
}

std::vector<CodecPayload> common_codecs(const std::vector<CodecPayload>& offered,
                                        const std::vector<CodecPayload>& wanted) {
  std::vector<CodecPayload> common;
  for (const auto& candidate : offered) {
    if (std::ranges::find(wanted, candidate.codec, &CodecPayload::codec) != wanted.end()) common.push_back(candidate);
  }
  return common;
}

}  // namespace mamori::telephony
