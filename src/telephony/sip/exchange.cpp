#include "telephony/sip/exchange.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_tag.h>

#include <algorithm>

#include "base/ids.h"
#include "base/log.h"
#include "telephony/sip/exchange_impl.h"
#include "telephony/sip/headers.h"

namespace mamori::telephony {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLongestRepeat = std::chrono::minutes(10);

}  // namespace

CallRecord* Exchange::Impl::find(std::uintptr_t tag) {
  const auto it = calls.find(tag >> 1);
  return it == calls.end() ? nullptr : it->second.get();
}

void Exchange::Impl::on_event(const SipEvent& e) {
  CallRecord* call = e.tag != 0 ? find(e.tag) : nullptr;
  const Side side = (e.tag & 1) != 0 ? Side::kAgent : Side::kCaller;
  switch (e.event) {
    case nua_i_invite:
      if (call != nullptr) return on_reinvite(*call, side, e);
      if (e.tag == 0 && e.sip != nullptr) return on_invite(e);
      return;
    case nua_r_invite:
      if (call != nullptr && side == Side::kAgent) return on_agent_answer(*call, e);
      // We gave up on this agent and it answered all the same: the 200 and our CANCEL crossed.
      if (e.status >= 200 && e.status < 300) nua_bye(e.handle, TAG_END());
      return;
    case nua_i_ack:
      if (call != nullptr && side == Side::kCaller && is_sdp(e.sip)) take_late_answer(*call, e.sip);
      return;
    case nua_i_cancel:
      if (call != nullptr && side == Side::kCaller && call->reason.empty()) call->reason = "cancelled";
      return;
    case nua_i_state:
      if (callstate(e) == nua_callstate_terminated) on_leg_over(call, side, e);
      return;
    case nua_r_bye:
    case nua_r_cancel:
    case nua_i_bye:
    case nua_i_active:
    case nua_i_terminated:
    case nua_i_prack:
    case nua_i_update:
    case nua_i_info:
    case nua_i_error:
      return;
    default:
      // A request outside any call (OPTIONS and the like), already answered by the stack.
      if (e.tag == 0 && e.handle != nullptr && e.event != nua_i_outbound && e.event != nua_i_none) nua_handle_destroy(e.handle);
  }
}

int Exchange::Impl::callstate(const SipEvent& e) {
  int state = -1;
  tl_gets(e.tags, NUTAG_CALLSTATE_REF(state), TAG_END());
  return state;
}

void Exchange::Impl::on_leg_over(CallRecord* call, Side side, const SipEvent& e) {
  nua_handle_t* handle = e.handle;
  if (call != nullptr && call->leg(side).handle == handle) {
    call->leg(side).handle = nullptr;
    if (call->reason.empty()) call->reason = side == Side::kCaller ? "caller" : "agent";
    drive(*call, side == Side::kCaller ? CallEvent::kCallerGone : CallEvent::kAgentGone);
  }
  if (handle != nullptr) {
    nua_handle_bind(handle, nullptr);
    nua_handle_destroy(handle);
  }
}

void Exchange::Impl::refuse(nua_handle_t* handle, int status, const char* phrase, bool retry) {
  nua_respond(handle, status, phrase, TAG_IF(retry, SIPTAG_RETRY_AFTER_STR("10")), TAG_END());
  nua_handle_destroy(handle);
}

void Exchange::Impl::on_invite(const SipEvent& e) {
  const sip_t* sip = e.sip;
  if (!peer_allowed(options.trusted_peers, e.source)) return refuse(e.handle, SIP_403_FORBIDDEN);
  if (draining || count >= options.max_calls) return refuse(e.handle, 503, "Service Unavailable", true);
  if (sip->sip_max_forwards != nullptr && sip->sip_max_forwards->mf_count == 0) return refuse(e.handle, SIP_483_TOO_MANY_HOPS);

  auto call = std::make_unique<CallRecord>();
  call->id = base::new_id();
  call->caller_number = caller_number_of(sip, call->asserted);
  call->callee = normalise_number(user_of(sip->sip_request->rq_url));
  if (call->callee.empty() && sip->sip_to != nullptr) call->callee = normalise_number(user_of(sip->sip_to->a_url));
  if (blocklist.contains(call->caller_number)) {
    call->reason = "blocked";
    send_report(*call, "refused");
    return refuse(e.handle, SIP_603_DECLINE);
  }
  auto target = find_target(options.routes, call->callee);
  if (!target) return refuse(e.handle, SIP_404_NOT_FOUND);
  call->target = std::move(*target);
  if (!payload_of(sip).empty()) {
    if (!is_sdp(sip)) return refuse(e.handle, SIP_415_UNSUPPORTED_MEDIA);
    auto party = party_of(sip, &call->offer);
    if (!call->offer) return refuse(e.handle, SIP_400_BAD_REQUEST);
    if (!party) return refuse(e.handle, SIP_488_NOT_ACCEPTABLE);
    call->caller.remote = std::move(*party);
  }
  if (!open_media(*call)) return refuse(e.handle, 503, "Service Unavailable", true);
  call->serial = next_serial++;
  call->caller.handle = e.handle;
  call->caller.contact = stack->contact("mamori", over_tcp(sip));
  if (sip->sip_max_forwards != nullptr) call->max_forwards = static_cast<int>(sip->sip_max_forwards->mf_count) - 1;
  call->ring_until = Clock::now() + options.ring_timeout;
  nua_handle_bind(e.handle, reinterpret_cast<nua_hmagic_t*>(tag_of(*call, Side::kCaller)));
  CallRecord& kept = *call;
  serials.emplace(call->id, call->serial);
  calls.emplace(call->serial, std::move(call));
  count = calls.size();
  drive(kept, CallEvent::kInvite);
}

void Exchange::Impl::drive(CallRecord& call, CallEvent event) {
  const Transition* transition = find_transition(call.state, event);
  if (transition == nullptr) return;
  call.state = transition->to;
  for (const CallStep step : transition->all()) carry_out(call, step);
  if (call.state != CallState::kEnded) return;
  const std::uint64_t serial = call.serial;
  serials.erase(call.id);
  calls.erase(serial);
  count = calls.size();
}

void Exchange::Impl::carry_out(CallRecord& call, CallStep step) {
  switch (step) {
    case CallStep::kDialAgent: return dial_agent(call);
    case CallStep::kRelayProgress: return relay_progress(call);
    case CallStep::kAnswerCaller: return answer_caller(call);
    case CallStep::kRefuseCaller:
      if (call.caller.handle != nullptr) {
        nua_respond(call.caller.handle, call.refuse_status, sip_status_phrase(call.refuse_status), TAG_END());
      }
      return;
    case CallStep::kCancelAgent:
      if (call.agent_leg.handle != nullptr) nua_cancel(call.agent_leg.handle, TAG_END());
      return;
    case CallStep::kByeAgent: return bye(call.agent_leg);
    case CallStep::kByeCaller: return bye(call.caller);
    case CallStep::kBridge:
      call.recorded = true;
      return engine.send(StartRecording{call.session});
    case CallStep::kStartAnnouncement:
      call.announce_until.reset();
      if (call.play_mode == PlayMode::kRepeat) call.announce_until = Clock::now() + kLongestRepeat;
      return engine.send(Play{call.session, call.play_mode, call.prompt_name, call.prompt});
    case CallStep::kStopMedia: return engine.send(CloseSession{call.session});
    case CallStep::kReport: return send_report(call, to_id(call.state));
  }
}

void Exchange::Impl::send_report(const CallRecord& call, std::string_view state) { report(report_of(call, state)); }

CallReport Exchange::Impl::report_of(const CallRecord& call, std::string_view state) const {
  return {call.id, std::string(state), call.caller_number, call.callee, call.agent,
          call.state == CallState::kEnded || state == "refused" ? call.reason : std::string{}, call.recorded, clock.now()};
}

base::Result<> Exchange::Impl::command(const std::string& id, CallCommand what, std::string name, Prompt prompt) {
  const auto it = serials.find(id);
  if (it == serials.end()) return base::fail(base::ErrorCode::kNotFound, "no such call, or it is over");
  CallRecord& call = *calls.at(it->second);
  if (what == CallCommand::kCut) {
    call.reason = "cut";
    drive(call, CallEvent::kCut);
    return {};
  }
  if (!prompt) return base::fail(base::ErrorCode::kNotFound, "the prompt is missing");
  if (what == CallCommand::kWarn) {
    if (call.state != CallState::kBridged) return base::fail(base::ErrorCode::kConflict, "the call is not bridged");
    engine.send(Play{call.session, PlayMode::kWarn, std::move(name), std::move(prompt)});
    return {};
  }
  const CallEvent event = what == CallCommand::kAnnounce ? CallEvent::kAnnounce : CallEvent::kReleaseAgent;
  if (find_transition(call.state, event) == nullptr) {
    return base::fail(base::ErrorCode::kConflict, "the call is not bridged");
  }
  call.play_mode = what == CallCommand::kAnnounce ? PlayMode::kAnnounce : PlayMode::kRepeat;
  call.prompt_name = std::move(name);
  call.prompt = std::move(prompt);
  drive(call, event);
  return {};
}

void Exchange::Impl::on_media(const MediaEvent& event) {
  if (event.kind == MediaEvent::Kind::kClosed) {
    const auto now = Clock::now();
    ports.release(event.caller_port, now);
    ports.release(event.agent_port, now);
    return;
  }
  const auto it = serials.find(event.call);
  if (event.kind != MediaEvent::Kind::kPromptFinished || it == serials.end()) return;
  CallRecord& call = *calls.at(it->second);
  // Only the announcement's own end ends the call, not that of a warning it interrupted.
  if (call.state != CallState::kAnnouncing || event.prompt != call.prompt_name || call.play_mode != PlayMode::kAnnounce) return;
  call.reason = "announcement";
  drive(call, CallEvent::kAnnouncementOver);
}

void Exchange::Impl::tick() {
  const auto now = Clock::now();
  std::vector<CallRecord*> late;
  for (auto& [serial, call] : calls) {
    const bool rings = call->state == CallState::kInbound || call->state == CallState::kRinging;
    if (rings && (now > call->ring_until || call->agent_leg.handle == nullptr)) late.push_back(call.get());
    if (call->state == CallState::kAnnouncing && call->announce_until && now > *call->announce_until) late.push_back(call.get());
  }
  for (CallRecord* call : late) {
    if (call->state == CallState::kAnnouncing) {
      call->reason = "announcement";
      drive(*call, CallEvent::kAnnouncementOver);
      continue;
    }
    if (call->reason.empty()) call->reason = "no_answer";
    call->refuse_status = 480;
    drive(*call, CallEvent::kRingTimeout);
  }
}

void Exchange::Impl::end_all() {
  std::vector<CallRecord*> all;
  for (auto& [serial, call] : calls) all.push_back(call.get());
  for (CallRecord* call : all) {
    call->reason = "stopped";
    call->refuse_status = 503;
    drive(*call, CallEvent::kCut);
  }
}

base::Result<std::unique_ptr<Exchange>> Exchange::start(ExchangeOptions options, MediaEngine& engine, Report report) {
  if (auto ok = check_routes(options.routes); !ok) return std::unexpected(ok.error());
  if (auto ok = check_peers(options.trusted_peers); !ok) return std::unexpected(ok.error());
  if (options.rtp_last < options.rtp_first + 3) {
    return base::fail(base::ErrorCode::kInvalidArgument, "the RTP port range needs at least 4 ports (one call)");
  }
  std::unique_ptr<Exchange> exchange(new Exchange(std::make_unique<Impl>(std::move(options), engine, std::move(report))));
  Impl* impl = exchange->impl_.get();
  // The stack's thread begins before `stack` is set: events wait for this flag only in the few instructions between.
  auto ready = std::make_shared<std::atomic<bool>>(false);
  const auto wait = [ready] { ready->wait(false); };
  auto stack = SipStack::start({impl->options.address, impl->options.port, impl->options.advertised, "Mamori/" MAMORI_VERSION},
                               [impl, wait](const SipEvent& e) { wait(); impl->on_event(e); }, [impl, wait] { wait(); impl->tick(); });
  if (!stack) return std::unexpected(stack.error());
  impl->stack = std::move(*stack);
  ready->store(true);
  ready->notify_all();
  return exchange;
}

Exchange::Exchange(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Exchange::~Exchange() { stop(); }

void Exchange::stop() {
  if (!impl_->stack) return;
  impl_->stack->post([impl = impl_.get()] { impl->end_all(); });
  impl_->stack->stop();
}

void Exchange::set_blocklist(std::unordered_set<std::string> numbers) {
  impl_->stack->post([impl = impl_.get(), numbers = std::move(numbers)]() mutable { impl->blocklist = std::move(numbers); });
}

void Exchange::command(std::string call, CallCommand command, std::string prompt_name, Prompt prompt, Done done) {
  impl_->stack->post([impl = impl_.get(), call = std::move(call), command, name = std::move(prompt_name),
                      prompt = std::move(prompt), done = std::move(done)]() mutable {
    auto result = impl->command(call, command, std::move(name), std::move(prompt));
    if (done) done(std::move(result));
  });
}

void Exchange::on_media(MediaEvent event) {
  impl_->stack->post([impl = impl_.get(), event = std::move(event)] { impl->on_media(event); });
}

void Exchange::list(std::function<void(std::vector<CallReport>)> done) {
  impl_->stack->post([impl = impl_.get(), done = std::move(done)] {
    std::vector<CallReport> reports;
    for (const auto& [serial, call] : impl->calls) reports.push_back(impl->report_of(*call, to_id(call->state)));
    done(std::move(reports));
  });
}

void Exchange::drain() { impl_->draining = true; }
std::size_t Exchange::calls() const { return impl_->count; }
std::uint16_t Exchange::port() const { return impl_->stack->port(); }

}  // namespace mamori::telephony
