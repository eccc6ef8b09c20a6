#include "telephony/softphone.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_tag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "telephony/rtp/packet.h"
#include "telephony/rtp/stream.h"
#include "telephony/sdp/negotiate.h"
#include "telephony/sip/stack.h"

namespace mamori::telephony {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kFrame = std::chrono::milliseconds(20);
constexpr std::size_t kLongestHeard = std::size_t{kSampleRate} * 7200;

int rtp_socket(const std::string& address, std::uint16_t& port) {
  sockaddr_in local{};
  local.sin_family = AF_INET;
  (void)inet_pton(AF_INET, address.c_str(), &local.sin_addr);
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  socklen_t length = sizeof local;
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length) != 0) {
    if (fd >= 0) close(fd);
    return -1;
  }
  port = ntohs(local.sin_port);
  return fd;
}

}  // namespace

struct Softphone::Impl {
  SoftphoneOptions options;
  std::unique_ptr<SipStack> stack;
  int rtp = -1;

  // SIP thread only.
  nua_handle_t* handle = nullptr;
  std::string contact;
  AudioParty local;
  std::uint64_t sdp_version = 1;
  std::optional<SessionDescription> offer;
  std::optional<Clock::time_point> answer_at;
  bool answered = false;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::vector<PhoneEvent> events;
  std::vector<SpeechSegment> segments;
  sockaddr_in remote{};
  CodecPayload codec;
  HeardAudio heard;
  bool held = false;

  std::atomic<bool> talking{false};
  std::atomic<bool> stopping{false};
  Clock::time_point answered_at{};
  std::thread media;

  void note(PhoneEvent::Kind kind, int status = 0, std::string caller = {}) {
    const std::lock_guard lock(mutex);
    events.push_back({kind, Clock::now(), status, std::move(caller)});
    changed.notify_all();
  }

  // ---- SIP

  void on_event(const SipEvent& e) {
    switch (e.event) {
      case nua_i_invite: return on_invite(e);
      case nua_r_invite:
        if (e.status >= 180 && e.status < 200) note(PhoneEvent::Kind::kRinging, e.status);
        if (e.status >= 200 && e.status < 300) on_answer(e);
        if (e.status >= 300) note(PhoneEvent::Kind::kFailed, e.status);
        return;
      case nua_i_state: {
        int state = -1;
        tl_gets(e.tags, NUTAG_CALLSTATE_REF(state), TAG_END());
        if (state == nua_callstate_terminated && e.handle == handle && handle != nullptr) {
          talking = false;
          note(PhoneEvent::Kind::kEnded);
          nua_handle_destroy(handle);
          handle = nullptr;
        }
        return;
      }
      default: return;
    }
  }

  void on_invite(const SipEvent& e) {
    if (handle != nullptr && e.handle != handle) {  // one call in its life
      nua_respond(e.handle, SIP_486_BUSY_HERE, TAG_END());
      nua_handle_destroy(e.handle);
      return;
    }
    const bool again = handle == e.handle;
    if (e.sip == nullptr || !take_description(e.sip, true)) {
      nua_respond(e.handle, SIP_488_NOT_ACCEPTABLE, TAG_END());
      return;
    }
    if (again) return answer();
    handle = e.handle;
    nua_handle_bind(handle, reinterpret_cast<nua_hmagic_t*>(1));
    note(PhoneEvent::Kind::kIncoming, 0, e.sip->sip_from != nullptr ? user_of(e.sip->sip_from->a_url) : "");
    if (options.manner == PhoneManner::kBusy) {
      nua_respond(handle, SIP_486_BUSY_HERE, TAG_END());
      return;
    }
    nua_respond(handle, SIP_180_RINGING, SIPTAG_CONTACT_STR(contact.c_str()), TAG_END());
    if (options.manner == PhoneManner::kAnswer) answer_at = Clock::now() + options.answer_after;
  }

  void tick() {
    if (!answer_at || Clock::now() < *answer_at || handle == nullptr) return;
    answer_at.reset();
    answer();
    talk();
  }

  void answer() {
    const std::string sdp = write_sdp(make_answer(*offer, local, 1, sdp_version++));
    nua_respond(handle, SIP_200_OK, SIPTAG_CONTACT_STR(contact.c_str()), SIPTAG_CONTENT_TYPE_STR("application/sdp"),
                SIPTAG_PAYLOAD_STR(sdp.c_str()), TAG_END());
  }

  void on_answer(const SipEvent& e) {
    if (e.sip != nullptr) take_description(e.sip, false);
    if (!answered) talk();
  }

  bool take_description(const sip_t* sip, bool is_offer) {
    if (sip->sip_payload == nullptr || sip->sip_payload->pl_data == nullptr) return false;
    auto session = parse_sdp({sip->sip_payload->pl_data, sip->sip_payload->pl_len});
    if (!session) return false;
    auto party = audio_party(*session);
    if (!party) return false;
    std::vector<CodecPayload> wanted;
    for (const Codec c : options.codecs) wanted.push_back({c, static_payload(c)});
    const auto common = common_codecs(party->codecs, wanted);
    if (common.empty()) return false;
    const std::lock_guard lock(mutex);
    codec = common.front();
    remote.sin_family = AF_INET;
    remote.sin_port = htons(party->port);
    (void)inet_pton(AF_INET, party->address.c_str(), &remote.sin_addr);
    if (is_offer) {
      local.codecs = {codec};
      local.line = party->line;
      local.telephone_event = party->telephone_event;
      local.direction = mirrored(party->direction);
      offer = std::move(*session);
    }
    return true;
  }

  void dial(const std::string& uri) {
    local.direction = Direction::kSendRecv;
    const std::string sdp = write_sdp(make_offer(local, 1, sdp_version++));
    const std::string from = "<sip:" + options.user + "@" + options.address + ">";
    const std::string to = "<" + uri + ">";
    handle = nua_handle(stack->nua(), reinterpret_cast<nua_hmagic_t*>(1), SIPTAG_TO_STR(to.c_str()),
                        SIPTAG_FROM_STR(from.c_str()), TAG_END());
    const std::string target = options.tcp ? uri + ";transport=tcp" : uri;
    nua_invite(handle, NUTAG_URL(target.c_str()), SIPTAG_CONTACT_STR(contact.c_str()),
               SIPTAG_CONTENT_TYPE_STR("application/sdp"), SIPTAG_PAYLOAD_STR(sdp.c_str()), TAG_END());
  }

  void hang_up() {
    if (handle == nullptr) return;
    if (answered) {
      nua_bye(handle, TAG_END());
    } else if (offer) {
      nua_respond(handle, SIP_480_TEMPORARILY_UNAVAILABLE, TAG_END());
    } else {
      nua_cancel(handle, TAG_END());
    }
  }

  void hold(bool on) {
    if (handle == nullptr || !answered) return;
    local.direction = on ? Direction::kSendOnly : Direction::kSendRecv;
    const std::string sdp = write_sdp(make_offer(local, 1, sdp_version++));
    nua_invite(handle, SIPTAG_CONTACT_STR(contact.c_str()), SIPTAG_CONTENT_TYPE_STR("application/sdp"),
               SIPTAG_PAYLOAD_STR(sdp.c_str()), TAG_END());
  }

  // ---- RTP

  void talk() {
    answered = true;
    answered_at = Clock::now();
    talking = true;
    note(PhoneEvent::Kind::kAnswered);
    media = std::thread([this] { run_media_thread(); });
  }

  void run_media_thread() {
    OutgoingStream out(static_cast<std::uint32_t>(answered_at.time_since_epoch().count()), 100, 8000);
    StreamClock clock;
    Listening listening;
    auto next = Clock::now();
    std::int64_t frame = 0;
    while (talking && !stopping) {
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
      pollfd fds{rtp, POLLIN, 0};
      if (poll(&fds, 1, static_cast<int>(std::max<std::int64_t>(wait, 0))) > 0) receive(clock, listening);
      while (Clock::now() >= next) {
        send_frame(out, frame++);
        next += kFrame;
      }
    }
  }

  void send_frame(OutgoingStream& out, std::int64_t frame) {
    std::array<std::int16_t, kFrameSamples> samples{};
    sockaddr_in to;
    CodecPayload with;
    {
      const std::lock_guard lock(mutex);
      const std::int64_t begin = frame * kFrameSamples;
      for (const auto& segment : segments) {
        const auto from = static_cast<std::int64_t>(segment.at * kSampleRate);
        for (std::int64_t i = 0; i < kFrameSamples; ++i) {
          const std::int64_t at = begin + i - from;
          if (at >= 0 && at < static_cast<std::int64_t>(segment.samples.size())) {
            samples[static_cast<std::size_t>(i)] = segment.samples[static_cast<std::size_t>(at)];
          }
        }
      }
      to = remote;
      with = codec;
    }
    const Stamp stamp = out.generate(frame * kFrameSamples);
    const auto head = write_rtp_header({stamp.marker, with.payload, stamp.sequence, stamp.timestamp, out.ssrc()});
    std::array<std::uint8_t, kRtpHeaderBytes + kFrameSamples> datagram;
    std::ranges::copy(head, datagram.begin());
    encode(with.codec, samples, std::span(datagram).subspan(kRtpHeaderBytes));
    (void)sendto(rtp, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }

  struct Listening {
    std::optional<RtpHeader> last;
    std::optional<Clock::time_point> last_at;
    std::size_t last_count = 0;
    std::set<std::uint32_t> sources;
  };

  void receive(StreamClock& clock, Listening& listening) {
    std::uint8_t buffer[kMaxRtpBytes];
    for (ssize_t n; (n = recv(rtp, buffer, sizeof buffer, 0)) >= 0;) {
      const auto packet = parse_rtp({buffer, static_cast<std::size_t>(n)});
      if (!packet || (packet->header.payload_type != 0 && packet->header.payload_type != 8)) continue;
      const auto at = Clock::now();
      const std::int64_t arrival = std::chrono::duration_cast<std::chrono::nanoseconds>(at - answered_at).count() / 125'000;
      std::array<std::int16_t, kMaxPacketSamples> samples;
      const std::size_t count = decode(packet->header.payload_type == 0 ? Codec::kPcmu : Codec::kPcma, packet->payload, samples);
      const std::int64_t position = clock.place(packet->header.ssrc, packet->header.timestamp, arrival);
      const std::lock_guard lock(mutex);
      ++heard.packets;
      if (listening.last) {
        const bool next = static_cast<std::uint16_t>(packet->header.sequence - listening.last->sequence) == 1;
        heard.sequence_breaks += next ? 0 : 1;
        heard.timestamp_breaks += next && packet->header.timestamp - listening.last->timestamp != listening.last_count ? 1 : 0;
        heard.longest_gap_ms =
            std::max(heard.longest_gap_ms, std::chrono::duration<double, std::milli>(at - *listening.last_at).count());
      }
      listening.sources.insert(packet->header.ssrc);
      heard.sources = static_cast<std::uint32_t>(listening.sources.size());
      listening.last = packet->header;
      listening.last_at = at;
      listening.last_count = count;
      for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t to = position + static_cast<std::int64_t>(i);
        if (to < 0 || to >= static_cast<std::int64_t>(kLongestHeard)) continue;
        if (static_cast<std::size_t>(to) >= heard.samples.size()) heard.samples.resize(static_cast<std::size_t>(to) + 1);
        heard.samples[static_cast<std::size_t>(to)] = samples[i];
      }
    }
  }
};

base::Result<std::unique_ptr<Softphone>> Softphone::start(SoftphoneOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  std::uint16_t port = 0;
  impl->rtp = rtp_socket(impl->options.address, port);
  if (impl->rtp < 0) return base::fail(base::ErrorCode::kUnavailable, "no RTP socket on " + impl->options.address);
  impl->local = {impl->options.address, port, {}, 101, 20, Direction::kSendRecv, 0};
  for (const Codec c : impl->options.codecs) impl->local.codecs.push_back({c, static_payload(c)});
  std::unique_ptr<Softphone> phone(new Softphone(std::move(impl)));
  Impl* raw = phone->impl_.get();
  auto ready = std::make_shared<std::atomic<bool>>(false);
  auto stack = SipStack::start({raw->options.address, raw->options.port, {}, "Mamori softphone"},
                               [raw, ready](const SipEvent& e) { ready->wait(false); raw->on_event(e); },
                               [raw, ready] { ready->wait(false); raw->tick(); });
  if (!stack) return std::unexpected(stack.error());
  raw->stack = std::move(*stack);
  raw->contact = raw->stack->contact(raw->options.user, raw->options.tcp);
  ready->store(true);
  ready->notify_all();
  return phone;
}

Softphone::Softphone(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Softphone::~Softphone() {
  impl_->stopping = true;
  if (impl_->stack) {
    hang_up();
    impl_->stack->stop();
  }
  if (impl_->media.joinable()) impl_->media.join();
  if (impl_->rtp >= 0) close(impl_->rtp);
}

std::string Softphone::uri() const {
  return "sip:" + impl_->options.user + "@" + impl_->options.address + ":" + std::to_string(impl_->stack->port()) +
         (impl_->options.tcp ? ";transport=tcp" : "");
}

void Softphone::dial(std::string uri) {
  impl_->stack->post([impl = impl_.get(), uri = std::move(uri)] { impl->dial(uri); });
}
void Softphone::hang_up() {
  impl_->stack->post([impl = impl_.get()] { impl->hang_up(); });
}
void Softphone::hold(bool on) {
  impl_->stack->post([impl = impl_.get(), on] { impl->hold(on); });
}
void Softphone::say(std::vector<SpeechSegment> segments) {
  const std::lock_guard lock(impl_->mutex);
  impl_->segments = std::move(segments);
}

std::optional<PhoneEvent> Softphone::wait_for(PhoneEvent::Kind kind, std::chrono::milliseconds timeout) {
  std::unique_lock lock(impl_->mutex);
  const auto find = [&] { return std::ranges::find(impl_->events, kind, &PhoneEvent::kind); };
  if (!impl_->changed.wait_for(lock, timeout, [&] { return find() != impl_->events.end(); })) return std::nullopt;
  return *find();
}

std::vector<PhoneEvent> Softphone::events() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->events;
}

HeardAudio Softphone::heard() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->heard;
}

}  // namespace mamori::telephony
