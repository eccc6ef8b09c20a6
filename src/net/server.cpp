#include "net/server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast.hpp>
#include <boost/beast/ssl.hpp>
#include <deque>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "base/log.h"
#include "net/static_files.h"

namespace mamori::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;
using base::ErrorCode;

constexpr std::size_t kMaxConnections = 1000;
constexpr std::size_t kMaxBody = 1u << 20;
constexpr std::size_t kMaxHeader = 16u << 10;
constexpr std::size_t kMaxWaitingMessages = 256;
constexpr std::uint64_t kMaxRangeBytes = 4u << 20;
constexpr auto kRequestTime = std::chrono::seconds(30);

using Message = std::shared_ptr<const std::string>;

Request to_request(const http::request<http::string_body>& in, const std::string& remote) {
  Request out;
  out.method = in.method_string();
  out.remote = remote;
  const std::string_view target(in.target().data(), in.target().size());
  const auto question = std::min(target.find('?'), target.size());
  out.path = percent_decode(target.substr(0, question)).value_or("/\x01");
  if (question < target.size()) out.query = target.substr(question + 1);
  for (const auto& field : in) {
    std::string name(field.name_string());
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    out.headers[name] = field.value();
  }
  out.body = in.body();
  return out;
}

// What every response carries. The UI loads nothing from elsewhere.
void harden(http::fields& fields, bool tls) {
  fields.set(http::field::server, "mamori");
  fields.set("X-Content-Type-Options", "nosniff");
  fields.set("X-Frame-Options", "DENY");
  fields.set("Referrer-Policy", "no-referrer");
  fields.set("Permissions-Policy", "camera=(), geolocation=(), microphone=(self)");
  fields.set("Content-Security-Policy",
             "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' blob:; "
             "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  if (tls) fields.set("Strict-Transport-Security", "max-age=31536000");
}

struct Listener {
  virtual ~Listener() = default;
  virtual void push(Message message) = 0;
  virtual void shut() = 0;
};

struct Shared {
  ServerOptions options;
  Router router;
  Server::LiveFeed feed;
  bool tls = false;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> listener_count{0};
  std::set<std::shared_ptr<Listener>> listeners;  // network thread only
  std::atomic<bool> stopping{false};
  asio::thread_pool workers;
  asio::io_context io{1};  // last: sessions waiting in it die first

  explicit Shared(std::size_t threads) : workers(threads) {}
};

template <typename Stream>
class LiveSession final : public Listener, public std::enable_shared_from_this<LiveSession<Stream>> {
 public:
  LiveSession(Stream&& stream, Shared& shared) : socket_(std::move(stream)), shared_(shared) {}

  void accept(http::request<http::string_body> request, std::string role) {
    beast::get_lowest_layer(socket_).expires_never();
    auto timeout = websocket::stream_base::timeout::suggested(beast::role_type::server);
    timeout.idle_timeout = std::chrono::seconds(40);
    timeout.keep_alive_pings = true;
    socket_.set_option(timeout);
    socket_.read_message_max(4096);
    socket_.set_option(websocket::stream_base::decorator([](websocket::response_type& r) { r.set(http::field::server, "mamori"); }));
    socket_.async_accept(request, [self = this->shared_from_this(), role = std::move(role)](beast::error_code ec) {
      if (ec) return;
      // Listening starts before the snapshot is taken: every change is in one or in both, and changes are whole rows.
      self->shared_.listeners.insert(self);
      ++self->shared_.listener_count;
      self->read();
      asio::post(self->shared_.workers, [self, role] {
        auto first = std::make_shared<const std::string>(self->shared_.feed.snapshot(role));
        asio::post(self->shared_.io, [self, first = std::move(first)]() mutable { self->push(std::move(first)); });
      });
    });
  }

  void push(Message message) override {
    if (waiting_.size() >= kMaxWaitingMessages) return shut();
    waiting_.push_back(std::move(message));
    if (waiting_.size() == 1) write();
  }

  void shut() override {
    leave();
    beast::error_code ec;
    beast::get_lowest_layer(socket_).socket().close(ec);
  }

 private:
  void leave() {
    if (shared_.listeners.erase(this->shared_from_this()) > 0) --shared_.listener_count;
  }
  void write() {
    socket_.text(true);
    socket_.async_write(asio::buffer(*waiting_.front()), [self = this->shared_from_this()](beast::error_code ec, std::size_t) {
      if (ec) return self->leave();
      self->waiting_.pop_front();
      if (!self->waiting_.empty()) self->write();
    });
  }
  void read() {  // Nothing is expected from the page but pings and the closing.
    socket_.async_read(buffer_, [self = this->shared_from_this()](beast::error_code ec, std::size_t) {
      if (ec) return self->leave();
      self->buffer_.clear();
      self->read();
    });
  }

  websocket::stream<Stream> socket_;
  Shared& shared_;
  beast::flat_buffer buffer_;
  std::deque<Message> waiting_;
};

template <typename Stream>
class HttpSession : public std::enable_shared_from_this<HttpSession<Stream>> {
 public:
  HttpSession(Stream stream, Shared& shared, std::string remote)
      : stream_(std::move(stream)), shared_(shared), remote_(std::move(remote)) {
    ++shared_.connections;
  }
  ~HttpSession() { --shared_.connections; }

  void start() {
    if constexpr (!std::is_same_v<Stream, beast::tcp_stream>) {
      beast::get_lowest_layer(stream_).expires_after(kRequestTime);
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](beast::error_code ec) {
        if (!ec) self->read();
      });
    } else {
      read();
    }
  }

 private:
  void read() {
    parser_.emplace();
    parser_->body_limit(kMaxBody);
    parser_->header_limit(kMaxHeader);
    beast::get_lowest_layer(stream_).expires_after(kRequestTime);
    http::async_read(stream_, buffer_, *parser_, [self = this->shared_from_this()](beast::error_code ec, std::size_t) { self->on_read(ec); });
  }

  void on_read(beast::error_code ec) {
    if (ec == http::error::end_of_stream) return finish();
    if (ec == http::error::body_limit || ec == http::error::header_limit) {
      Response response;
      response.status = ec == http::error::body_limit ? 413 : 431;
      response.content_type = "application/problem+json";
      response.body = R"({"type":"about:blank","title":"Request too large"})";
      keep_alive_ = false;
      version_ = 11;
      return write(std::move(response));
    }
    if (ec) return;  // timed out, reset, or not HTTP
    auto message = parser_->release();
    keep_alive_ = message.keep_alive();
    version_ = message.version();
    head_ = message.method() == http::verb::head;
    request_ = to_request(message, remote_);
    beast::get_lowest_layer(stream_).expires_never();
    if (websocket::is_upgrade(message) && request_.path == shared_.feed.path) return upgrade(std::move(message));
    asio::post(shared_.workers, [self = this->shared_from_this()] {
      Response response = self->respond();
      asio::post(self->shared_.io, [self, response = std::move(response)]() mutable { self->write(std::move(response)); });
    });
  }

  Response respond() {
    if (request_.path.starts_with("/api/")) {
      const auto match = shared_.router.match(request_.method, request_.path);
      if (match.handler) {
        request_.params = match.params;
        try {
          return (*match.handler)(request_);
        } catch (const std::exception& error) {
          base::log_error("a handler threw", {{"path", request_.path}, {"what", error.what()}});
          return problem(500, "Internal error");
        }
      }
      if (!match.allow.empty()) {
        Response response = problem(405, "Method not allowed");
        response.headers.emplace_back("Allow", match.allow);
        return response;
      }
      return problem(404, "Not found");
    }
    if (request_.method != "GET" && request_.method != "HEAD") return problem(405, "Method not allowed");
    return static_file(shared_.options.static_dir, request_.path);
  }

  static Response problem(int status, const std::string& title) {
    Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    response.body = R"({"type":"about:blank","status":)" + std::to_string(status) + R"(,"title":")" + title + "\"}";
    return response;
  }

  void upgrade(http::request<http::string_body> message) {
    // Another site's page must not listen with this browser's cookie: Origin has to name this host.
    const std::string origin = request_.header("origin");
    const std::string host = request_.header("host");
    if (!origin.empty() && origin != "http://" + host && origin != "https://" + host) return write(problem(403, "Origin not allowed"));
    asio::post(shared_.workers, [self = this->shared_from_this(), message = std::move(message)]() mutable {
      const std::string role = self->shared_.feed.admit(self->request_);
      if (role.empty()) {
        return asio::post(self->shared_.io, [self] { self->write(problem(401, "Sign in first")); });
      }
      asio::post(self->shared_.io, [self, message = std::move(message), role]() mutable {
        std::make_shared<LiveSession<Stream>>(std::move(self->stream_), self->shared_)->accept(std::move(message), role);
      });
    });
  }

  void write(Response response) {
    beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(120));
    if (!response.file.empty()) return write_file(std::move(response));
    auto out = std::make_shared<http::response<http::string_body>>(static_cast<http::status>(response.status), version_);
    dress(*out, response);
    out->body() = std::move(response.body);
    out->prepare_payload();
    if (head_) out->body().clear();
    send(out);
  }

  void write_file(Response response) {
    std::ifstream file(response.file, std::ios::binary | std::ios::ate);
    if (!file) {
      response.file.clear();
      response.status = 404;
      return write(std::move(response));
    }
    const auto size = static_cast<std::uint64_t>(file.tellg());
    response.headers.emplace_back("Accept-Ranges", "bytes");
    const std::string range_header = request_.header("range");
    if (!range_header.empty()) {
      auto range = parse_range(range_header, size);
      if (!range) {
        response.file.clear();
        response.status = 416;
        response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
        return write(std::move(response));
      }
      range->last = std::min(range->last, range->first + kMaxRangeBytes - 1);
      response.body.resize(range->last - range->first + 1);
      file.seekg(static_cast<std::streamoff>(range->first));
      file.read(response.body.data(), static_cast<std::streamsize>(response.body.size()));
      response.body.resize(static_cast<std::size_t>(file.gcount()));
      response.status = 206;
      response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                                         std::to_string(range->first + response.body.size() - 1) + "/" + std::to_string(size));
      response.file.clear();
      return write(std::move(response));
    }
    auto out = std::make_shared<http::response<http::file_body>>(static_cast<http::status>(response.status), version_);
    dress(*out, response);
    beast::error_code ec;
    out->body().open(response.file.c_str(), beast::file_mode::scan, ec);
    if (ec) {
      response.file.clear();
      response.status = 404;
      return write(std::move(response));
    }
    out->prepare_payload();
    send(out);
  }

  void dress(auto& out, const Response& response) {
    harden(out, shared_.tls);
    out.set(http::field::content_type, response.content_type);
    bool cache = false;
    for (const auto& [name, value] : response.headers) {
      out.insert(name, value);
      cache = cache || name == "Cache-Control";
    }
    if (!cache) out.set(http::field::cache_control, "no-store");
    out.keep_alive(keep_alive_);
  }

  template <typename Out>
  void send(std::shared_ptr<Out> out) {
    http::async_write(stream_, *out, [self = this->shared_from_this(), out](beast::error_code ec, std::size_t) {
      if (ec) return;
      if (!self->keep_alive_) return self->finish();
      self->read();
    });
  }

  void finish() {
    beast::error_code ec;
    beast::get_lowest_layer(stream_).socket().shutdown(tcp::socket::shutdown_send, ec);
  }

  Stream stream_;
  Shared& shared_;
  std::string remote_;
  beast::flat_buffer buffer_{kMaxHeader + kMaxBody + 4096};
  std::optional<http::request_parser<http::string_body>> parser_;
  Request request_;
  bool keep_alive_ = true;
  bool head_ = false;
  unsigned version_ = 11;
};

}  // namespace

struct Server::Impl {
  Shared shared;
  std::optional<asio::ssl::context> tls;
  tcp::acceptor acceptor{shared.io};
  std::thread thread;

  explicit Impl(std::size_t workers) : shared(workers) {}

  void accept() {
    acceptor.async_accept([this](beast::error_code ec, tcp::socket socket) {
      if (shared.stopping) return;
      if (!ec && shared.connections < kMaxConnections) {
        beast::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        std::string remote = socket.remote_endpoint(ignored).address().to_string();
        if (tls) {
          std::make_shared<HttpSession<beast::ssl_stream<beast::tcp_stream>>>(
              beast::ssl_stream<beast::tcp_stream>(beast::tcp_stream(std::move(socket)), *tls), shared, std::move(remote))
              ->start();
        } else {
          std::make_shared<HttpSession<beast::tcp_stream>>(beast::tcp_stream(std::move(socket)), shared, std::move(remote))->start();
        }
      }
      accept();
    });
  }
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

base::Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Router router, LiveFeed feed) {
  auto impl = std::make_unique<Impl>(static_cast<std::size_t>(std::max(options.workers, 1)));
  const std::string where = options.address + ":" + std::to_string(options.port);
  try {
    if (!options.certificate.empty()) {
      impl->tls.emplace(asio::ssl::context::tls_server);
      impl->tls->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 | asio::ssl::context::default_workarounds);
      impl->tls->use_certificate_chain_file(options.certificate);
      impl->tls->use_private_key_file(options.private_key, asio::ssl::context::pem);
      impl->shared.tls = true;
    }
  } catch (const std::exception& error) {
    return base::fail(ErrorCode::kInvalidArgument, "TLS certificate " + options.certificate + " or key " + options.private_key + ": " + error.what());
  }
  beast::error_code ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec) return base::fail(ErrorCode::kInvalidArgument, "\"" + options.address + "\" is not an IP address to listen on");
  const tcp::endpoint endpoint(address, options.port);
  impl->acceptor.open(endpoint.protocol(), ec);
  if (!ec) impl->acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) impl->acceptor.bind(endpoint, ec);
  if (!ec) impl->acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec == asio::error::address_in_use) {
    return base::fail(ErrorCode::kUnavailable, "port " + std::to_string(options.port) + " on " + options.address +
                                                   " is taken by another program: stop it, or set another web.port in the configuration");
  }
  if (ec) return base::fail(ErrorCode::kUnavailable, "cannot listen on " + where + ": " + ec.message());
  impl->shared.options = std::move(options);
  impl->shared.router = std::move(router);
  impl->shared.feed = std::move(feed);
  impl->accept();
  impl->thread = std::thread([raw = impl.get()] {
    for (;;) {
      try {
        raw->shared.io.run();
        return;
      } catch (const std::exception& error) {
        base::log_error("network thread", {{"what", error.what()}});
      }
    }
  });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() {
  impl_->shared.stopping = true;
  asio::post(impl_->shared.io, [this] {
    beast::error_code ec;
    impl_->acceptor.close(ec);
    auto listeners = impl_->shared.listeners;
    for (const auto& listener : listeners) listener->shut();
  });
  impl_->shared.workers.join();
  impl_->shared.io.stop();
  impl_->thread.join();
  impl_->shared.listeners.clear();
}

void Server::broadcast(std::string message) {
  if (impl_->shared.listener_count == 0) return;
  asio::post(impl_->shared.io, [this, shared_message = std::make_shared<const std::string>(std::move(message))] {
    const auto listeners = impl_->shared.listeners;  // push may remove
    for (const auto& listener : listeners) listener->push(shared_message);
  });
}

unsigned short Server::port() const {
  beast::error_code ec;
  return impl_->acceptor.local_endpoint(ec).port();
}

std::size_t Server::listeners() const { return impl_->shared.listener_count; }

}  // namespace mamori::net
