// The two legs of a call: opening media, dialling the agent, and what is said to and by each side in descriptions.
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_tag.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "telephony/sip/exchange_impl.h"
#include "telephony/sip/headers.h"

namespace mamori::telephony {
namespace {

using Clock = std::chrono::steady_clock;
const std::vector<CodecPayload> kAllCodecs = {{Codec::kPcmu, 0}, {Codec::kPcma, 8}};

}  // namespace

bool Exchange::Impl::open_media(CallRecord& call) {
  const auto now = Clock::now();
  auto caller = ports.open(now);
  auto agent = caller ? ports.open(now) : caller;
  if (!agent) {
    if (caller) {
      ::close(caller->rtp);
      ::close(caller->rtcp);
      ports.release(caller->port, now);
    }
    base::log_error("call refused", {{"reason", agent.error().message}});
    return false;
  }
  call.session = engine.open(call.id, *caller, *agent);
  call.caller.local = {stack->host(), caller->port, kAllCodecs, 101, 20, Direction::kSendRecv, 0};
  call.agent_leg.local = call.caller.local;
  call.agent_leg.local.port = agent->port;
  if (call.caller.remote) {
    const AudioParty& remote = *call.caller.remote;
    call.caller.local.line = remote.line;
    call.caller.local.telephone_event = remote.telephone_event;
    call.agent_leg.local.telephone_event = remote.telephone_event;
    call.agent_leg.local.codecs.clear();
    for (const auto& c : common_codecs(remote.codecs, kAllCodecs)) {
      call.agent_leg.local.codecs.push_back({c.codec, static_payload(c.codec)});
    }
    engine.send(SetRemote{call.session, Side::kCaller, remote_audio(remote, remote.codecs.front().codec)});
  }
  return true;
}

void Exchange::Impl::bye(CallLeg& leg) {
  if (leg.handle != nullptr) nua_bye(leg.handle, TAG_END());
  leg.handle = nullptr;  // on_leg_over lets it go
}

void Exchange::Impl::dial_agent(CallRecord& call) {
  const bool tcp = call.target.find("transport=tcp") != std::string::npos;
  const std::string from = "<sip:" + safe_user(call.caller_number) + "@" + stack->host() + ">";
  const std::string asserted = "P-Asserted-Identity: <sip:" + safe_user(call.asserted) + "@" + stack->host() + ">";
  const std::string mark = "X-Mamori-Call: " + call.id;
  const std::string to = "<" + call.target + ">";
  const std::string forwards = std::to_string(std::max(call.max_forwards, 0));
  const std::string sdp = write_sdp(make_offer(call.agent_leg.local, call.serial, 1));
  call.agent_leg.contact = stack->contact(safe_user(call.caller_number), tcp);
  call.agent_leg.handle = nua_handle(stack->nua(), reinterpret_cast<nua_hmagic_t*>(tag_of(call, Side::kAgent)),
                                     SIPTAG_TO_STR(to.c_str()), SIPTAG_FROM_STR(from.c_str()), TAG_END());
  const auto user_begin = call.target.find(':') + 1;
  const auto at = call.target.find('@');
  call.agent = at == std::string::npos ? call.target.substr(user_begin) : call.target.substr(user_begin, at - user_begin);
  if (call.agent_leg.handle == nullptr) {
    base::log_error("cannot dial the agent", {{"call", call.id}});
    call.refuse_status = 480;
    call.reason = "failed";
    return;
  }
  nua_invite(call.agent_leg.handle, NUTAG_URL(call.target.c_str()), SIPTAG_CONTACT_STR(call.agent_leg.contact.c_str()),
             SIPTAG_MAX_FORWARDS_STR(forwards.c_str()), SIPTAG_CONTENT_TYPE_STR("application/sdp"),
             SIPTAG_PAYLOAD_STR(sdp.c_str()), SIPTAG_HEADER_STR(mark.c_str()),
             TAG_IF(!call.asserted.empty(), SIPTAG_HEADER_STR(asserted.c_str())), TAG_END());
}

void Exchange::Impl::on_agent_answer(CallRecord& call, const SipEvent& e) {
  if (e.status >= 101 && e.status < 300 && is_sdp(e.sip)) take_agent_description(call, e.sip);
  if (e.status > 100 && e.status < 200) return drive(call, CallEvent::kAgentProgress);
  if (e.status >= 200 && e.status < 300) {
    if (call.agent_leg.remote) return drive(call, CallEvent::kAgentAnswered);
    // An answer we cannot hear: end it properly and say so to the caller.
    bye(call.agent_leg);
    call.refuse_status = 488;
    call.reason = "failed:488";
    return drive(call, CallEvent::kAgentFailed);
  }
  if (e.status >= 300) {
    call.agent_leg.handle = nullptr;  // on_leg_over lets it go
    call.refuse_status = relayed_status(e.status);
    call.reason = "failed:" + std::to_string(e.status);
    drive(call, CallEvent::kAgentFailed);
  }
}

void Exchange::Impl::take_agent_description(CallRecord& call, const sip_t* sip) {
  auto party = party_of(sip);
  if (!party) {
    base::log_warning("the agent's description is not usable", {{"call", call.id}, {"reason", party.error().message}});
    return;
  }
  call.agent_leg.remote = std::move(*party);
  const Codec codec = call.agent_leg.remote->codecs.front().codec;
  engine.send(SetRemote{call.session, Side::kAgent, remote_audio(*call.agent_leg.remote, codec)});
  // The caller gets the same codec, so that payloads pass untouched.
  if (call.caller.remote) {
    const RemoteAudio caller = remote_audio(*call.caller.remote, codec);
    call.caller.local.codecs = {{caller.codec, caller.payload}};
    engine.send(SetRemote{call.session, Side::kCaller, caller});
  } else {
    call.caller.local.codecs = {{codec, static_payload(codec)}};
  }
  call.early_media = true;
}

std::string Exchange::Impl::caller_description(const CallRecord& call) const {
  return write_sdp(call.offer ? make_answer(*call.offer, call.caller.local, call.serial, call.caller.sdp_version)
                              : make_offer(call.caller.local, call.serial, call.caller.sdp_version));
}

void Exchange::Impl::relay_progress(CallRecord& call) {
  if (call.caller.handle == nullptr) return;
  const bool media = call.early_media && call.offer;
  const std::string sdp = media ? caller_description(call) : std::string{};
  nua_respond(call.caller.handle, media ? 183 : 180, media ? "Session Progress" : "Ringing",
              SIPTAG_CONTACT_STR(call.caller.contact.c_str()), TAG_IF(media, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
              TAG_IF(media, SIPTAG_PAYLOAD_STR(sdp.c_str())), TAG_END());
}

void Exchange::Impl::answer_caller(CallRecord& call) {
  if (call.caller.handle == nullptr) return;
  const std::string sdp = caller_description(call);
  nua_respond(call.caller.handle, SIP_200_OK, SIPTAG_CONTACT_STR(call.caller.contact.c_str()),
              SIPTAG_CONTENT_TYPE_STR("application/sdp"), SIPTAG_PAYLOAD_STR(sdp.c_str()), TAG_END());
}

void Exchange::Impl::take_late_answer(CallRecord& call, const sip_t* sip) {
  auto party = party_of(sip);
  if (!party) return;
  const Codec codec = call.caller.local.codecs.front().codec;
  call.caller.remote = std::move(*party);
  engine.send(SetRemote{call.session, Side::kCaller, remote_audio(*call.caller.remote, codec)});
}

void Exchange::Impl::on_reinvite(CallRecord& call, Side side, const SipEvent& e) {
  CallLeg& leg = call.leg(side);
  ++leg.sdp_version;
  std::string sdp;
  if (is_sdp(e.sip)) {
    std::optional<SessionDescription> offer;
    auto party = party_of(e.sip, &offer);
    if (!party) {
      nua_respond(e.handle, SIP_488_NOT_ACCEPTABLE, TAG_END());
      return;
    }
    const RemoteAudio audio = remote_audio(*party, leg.local.codecs.front().codec);
    leg.local.codecs = {{audio.codec, audio.payload}};
    leg.local.line = party->line;
    leg.local.telephone_event = party->telephone_event;
    leg.local.direction = mirrored(party->direction);
    leg.remote = std::move(*party);
    engine.send(SetRemote{call.session, side, audio});
    sdp = write_sdp(make_answer(*offer, leg.local, call.serial, leg.sdp_version));
  } else {
    leg.local.direction = Direction::kSendRecv;
    sdp = write_sdp(make_offer(leg.local, call.serial, leg.sdp_version));
  }
  nua_respond(e.handle, SIP_200_OK, SIPTAG_CONTACT_STR(leg.contact.c_str()), SIPTAG_CONTENT_TYPE_STR("application/sdp"),
              SIPTAG_PAYLOAD_STR(sdp.c_str()), TAG_END());
}

}  // namespace mamori::telephony
