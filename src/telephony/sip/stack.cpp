#include "telephony/sip/stack.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_wait.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"

namespace mamori::telephony {
namespace {

constexpr unsigned kMaxMessage = 64 * 1024;
constexpr int kStepMs = 50;
constexpr auto kShutdown = std::chrono::seconds(3);

// sofia binds with SO_REUSEADDR, which on Linux lets two programs share a UDP port without a word. So ask first.
// Returns the port (chosen when 0 was asked), or the reason.
base::Result<std::uint16_t> probe(const std::string& address, std::uint16_t port, int type) {
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &local.sin_addr) != 1) {
    return base::fail(base::ErrorCode::kInvalidArgument, "SIP address \"" + address + "\" is not an IPv4 address");
  }
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (type == SOCK_STREAM) (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // past connections may linger
  socklen_t length = sizeof local;
  bool ok = bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0;
  if (ok && type == SOCK_STREAM) ok = listen(fd, 1) == 0;
  const std::string why = std::strerror(errno);
  ok = ok && getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length) == 0;
  close(fd);
  if (ok) return ntohs(local.sin_port);
  return base::fail(base::ErrorCode::kUnavailable,
                    "SIP port " + std::to_string(port) + (type == SOCK_STREAM ? "/tcp" : "/udp") + " on " + address +
                        " cannot be used: " + why + ". Stop the program that uses it or choose another port");
}

base::Result<std::uint16_t> free_port(const std::string& address, std::uint16_t wanted) {
  base::Result<std::uint16_t> port = probe(address, wanted, SOCK_DGRAM);
  for (int tries = 0; port && tries < 20; ++tries) {
    const auto stream = probe(address, *port, SOCK_STREAM);
    if (stream || wanted != 0) return stream;
    port = probe(address, 0, SOCK_DGRAM);
  }
  return port;
}

}  // namespace

struct SipStack::Impl {
  SipStackOptions options;
  Handler handler;
  std::function<void()> tick;
  std::uint16_t port = 0;
  std::string host;
  su_root_t* root = nullptr;
  nua_t* nua = nullptr;
  int wake = -1;
  su_wait_t wait{};
  bool shut = false;
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::vector<std::function<void()>> inbox;
  std::thread thread;

  static void on_nua(nua_event_t event, int status, const char* phrase, nua_t* nua, nua_magic_t* magic, nua_handle_t* handle,
                     nua_hmagic_t* tag, const sip_t* sip, tagi_t tags[]) {
    auto* self = reinterpret_cast<Impl*>(magic);
    if (event == nua_r_shutdown) {
      self->shut = status >= 200;
      return;
    }
    SipEvent out{event, status, phrase != nullptr ? phrase : "", handle, reinterpret_cast<std::uintptr_t>(tag), sip, tags, {}};
    if (sip != nullptr && sip->sip_request != nullptr) {
      // The one current request of the callback; its source, not what its Via claims.
      if (msg_t* message = nua_current_request(nua)) {
        const su_sockaddr_t* from = msg_addr(message);
        char text[INET_ADDRSTRLEN] = {};
        if (from->su_family == AF_INET && inet_ntop(AF_INET, &from->su_sin.sin_addr, text, sizeof text)) out.source = text;
      }
    }
    self->handler(out);
  }

  static int on_wake(su_root_magic_t*, su_wait_t*, su_wakeup_arg_t* arg) {
    auto* self = reinterpret_cast<Impl*>(arg);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto n = read(self->wake, &count, sizeof count);
    self->run_inbox();
    return 0;
  }

  void run_inbox() {
    std::vector<std::function<void()>> work;
    {
      const std::lock_guard lock(mutex);
      work.swap(inbox);
    }
    for (auto& w : work) w();
  }

  base::Result<> open() {
    su_init();
    su_log_set_level(nullptr, 0);
    // Adds P-Asserted-Identity and the like to what sofia parses; the same table every time.
    static std::once_flag extended;
    std::call_once(extended, [] { sip_update_default_mclass(sip_extend_mclass(nullptr)); });
    root = su_root_create(nullptr);
    if (root == nullptr) return base::fail(base::ErrorCode::kInternal, "SIP: no event loop");
    su_root_threading(root, 0);
    if (su_wait_create(&wait, wake, SU_WAIT_IN) != 0 ||
        su_root_register(root, &wait, on_wake, reinterpret_cast<su_wakeup_arg_t*>(this), 0) < 0) {
      return base::fail(base::ErrorCode::kInternal, "SIP: cannot watch the inbox");
    }
    std::string url = "sip:" + host + ":" + std::to_string(port);
    if (host != options.address) url += ";maddr=" + options.address;
    nua = nua_create(root, on_nua, reinterpret_cast<nua_magic_t*>(this), NUTAG_URL(url.c_str()), NUTAG_MEDIA_ENABLE(0),
                     NUTAG_AUTOANSWER(0), NUTAG_AUTOALERT(0), NUTAG_AUTOACK(1), NUTAG_AUTO302(0), NUTAG_RETRY_COUNT(0), NUTAG_SESSION_TIMER(1800), NUTAG_MIN_SE(90),
                     NUTAG_SESSION_REFRESHER(nua_remote_refresher), NUTAG_UPDATE_REFRESH(1),
                     SIPTAG_ALLOW_STR("INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO"), NTATAG_MAXSIZE(kMaxMessage),
                     NTATAG_UDP_MTU(kMaxMessage - 1), SIPTAG_USER_AGENT_STR(options.user_agent.c_str()),
                     SIPTAG_SUPPORTED_STR("timer, 100rel"), NUTAG_OUTBOUND("no-options-keepalive no-validate"), TAG_END());
    if (nua == nullptr) {
      return base::fail(base::ErrorCode::kUnavailable, "SIP port " + std::to_string(port) + " on " + options.address +
                                                           " cannot be used: choose another address or port");
    }
    return {};
  }

  void loop(std::promise<base::Result<>> opened) {
    auto result = open();
    const bool ok = result.has_value();
    opened.set_value(std::move(result));
    while (ok && !stopping) {
      su_root_step(root, kStepMs);
      tick();
    }
    if (nua != nullptr) {
      run_inbox();
      nua_shutdown(nua);
      const auto until = std::chrono::steady_clock::now() + kShutdown;
      while (!shut && std::chrono::steady_clock::now() < until) su_root_step(root, kStepMs);
      nua_destroy(nua);
    }
    if (root != nullptr) {
      su_root_unregister(root, &wait, on_wake, reinterpret_cast<su_wakeup_arg_t*>(this));
      su_root_destroy(root);
    }
    su_deinit();
  }
};

base::Result<std::unique_ptr<SipStack>> SipStack::start(SipStackOptions options, Handler handler, std::function<void()> tick) {
  auto port = free_port(options.address, options.port);
  if (!port) return std::unexpected(port.error());
  auto impl = std::make_unique<Impl>();
  impl->host = options.advertised.empty() ? options.address : options.advertised;
  impl->options = std::move(options);
  impl->handler = std::move(handler);
  impl->tick = tick ? std::move(tick) : [] {};
  impl->port = *port;
  impl->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::unique_ptr<SipStack> stack(new SipStack(std::move(impl)));
  std::promise<base::Result<>> opened;
  auto result = opened.get_future();
  stack->impl_->thread = std::thread([raw = stack->impl_.get(), opened = std::move(opened)]() mutable { raw->loop(std::move(opened)); });
  if (auto ok = result.get(); !ok) return std::unexpected(ok.error());
  return stack;
}

SipStack::SipStack(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SipStack::~SipStack() {
  stop();
  if (impl_->wake >= 0) close(impl_->wake);
}

void SipStack::post(std::function<void()> work) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->inbox.push_back(std::move(work));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = write(impl_->wake, &one, sizeof one);
}

void SipStack::stop() {
  impl_->stopping = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = write(impl_->wake, &one, sizeof one);
  if (impl_->thread.joinable()) impl_->thread.join();
}

nua_t* SipStack::nua() const { return impl_->nua; }
std::uint16_t SipStack::port() const { return impl_->port; }
const std::string& SipStack::host() const { return impl_->host; }

std::string SipStack::contact(const std::string& user, bool tcp) const {
  return "<sip:" + user + "@" + impl_->host + ":" + std::to_string(impl_->port) + (tcp ? ";transport=tcp>" : ">");
}

std::string user_of(const url_t* url) { return url != nullptr && url->url_user != nullptr ? url->url_user : ""; }

}  // namespace mamori::telephony
