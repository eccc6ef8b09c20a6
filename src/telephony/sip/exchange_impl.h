// Inside of the exchange. Everything here runs on the SIP thread, but for `draining` and `count`.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "telephony/media/ports.h"
#include "telephony/sip/call_record.h"
#include "telephony/sip/exchange.h"
#include "telephony/sip/stack.h"

namespace mamori::telephony {

struct Exchange::Impl {
  ExchangeOptions options;
  MediaEngine& engine;
  Report report;
  PortPool ports;
  std::unique_ptr<SipStack> stack;
  base::SystemClock clock;

  // Only the SIP thread touches these.
  std::unordered_map<std::uint64_t, std::unique_ptr<CallRecord>> calls;
  std::unordered_map<std::string, std::uint64_t> serials;  // by call id
  std::unordered_set<std::string> blocklist;
  std::uint64_t next_serial = 1;
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> count{0};

  Impl(ExchangeOptions o, MediaEngine& e, Report r)
      : options(std::move(o)),
        engine(e),
        report(std::move(r)),
        ports(options.address, options.rtp_first, options.rtp_last, options.port_rest) {}
  CallRecord* find(std::uintptr_t tag);

  // ---- what sofia says
  void on_event(const SipEvent& e);
  static int callstate(const SipEvent& e);
  // A leg's dialog is over: BYE, CANCEL, final answer, or lost. The one place where handles are let go.
  void on_leg_over(CallRecord* call, Side side, const SipEvent& e);

  // ---- a new call
  void refuse(nua_handle_t* handle, int status, const char* phrase, bool retry = false);
  void on_invite(const SipEvent& e);
  bool open_media(CallRecord& call);

  // ---- the table's steps
  void drive(CallRecord& call, CallEvent event);
  void carry_out(CallRecord& call, CallStep step);
  static void bye(CallLeg& leg);
  void send_report(const CallRecord& call, std::string_view state);
  CallReport report_of(const CallRecord& call, std::string_view state) const;
  void dial_agent(CallRecord& call);
  void on_agent_answer(CallRecord& call, const SipEvent& e);
  void take_agent_description(CallRecord& call, const sip_t* sip);
  [[nodiscard]] std::string caller_description(const CallRecord& call) const;
  void relay_progress(CallRecord& call);
  void answer_caller(CallRecord& call);
  // The caller sent no offer: its answer to ours comes with the ACK.
  void take_late_answer(CallRecord& call, const sip_t* sip);
  // Hold, resume, a new address, a session refresh: answered by ourselves, the other leg is not troubled. A held side hears
  // nothing because we send nothing to a party that does not listen.
  void on_reinvite(CallRecord& call, Side side, const SipEvent& e);

  // ---- commands
  base::Result<> command(const std::string& id, CallCommand what, std::string name, Prompt prompt);
  void on_media(const MediaEvent& event);
  void tick();
  void end_all();
};

}  // namespace mamori::telephony
