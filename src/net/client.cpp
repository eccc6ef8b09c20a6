#include "net/client.h"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast.hpp>
#include <boost/beast/ssl.hpp>
#include <cctype>
#include <optional>
#include <variant>

namespace mamori::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using base::ErrorCode;
using Clock = std::chrono::steady_clock;
using Plain = beast::tcp_stream;
using Secure = beast::ssl_stream<beast::tcp_stream>;

constexpr std::size_t kPiece = 65536;
constexpr std::size_t kMaxHeader = 32768;

constexpr std::chrono::milliseconds kLook{300};  // how often somebody's giving up is looked for

// One event of `io`, or nothing and false when the time is over or nobody waits any more.
bool one(asio::io_context& io, Clock::time_point deadline, const std::atomic<bool>* given_up) {
  if (given_up == nullptr) return io.run_one_until(deadline) != 0;
  while (!*given_up && Clock::now() < deadline) {
    if (io.run_one_until(std::min(deadline, Clock::now() + kLook)) != 0) return true;
    if (io.stopped()) return false;
  }
  return false;
}

// Runs what `start` begins until it is done or the deadline is there; then closes the socket, which ends it.
template <class Start>
beast::error_code run(asio::io_context& io, Plain& lowest, Clock::time_point deadline, Start start, const std::atomic<bool>* given_up = nullptr) {
  std::optional<beast::error_code> result;
  start([&result](beast::error_code ec, auto&&...) { result = ec; });
  io.restart();
  while (!result && one(io, deadline, given_up)) {
  }
  if (result) return *result;
  beast::error_code ignored;
  lowest.socket().close(ignored);
  io.restart();
  while (!result && io.run_one() != 0) {
  }
  return beast::error::timeout;
}

base::Error unreached(const Url& url, const char* doing, const beast::error_code& ec) {
  const std::string where = url.host + ":" + url.port;
  if (ec == beast::error::timeout) return {ErrorCode::kUnavailable, where + " did not answer in time (" + doing + ")"};
  if (ec == http::error::body_limit) return {ErrorCode::kResourceExhausted, where + " sent more than is accepted"};
  return {ErrorCode::kUnavailable, where + ": " + doing + ": " + ec.message()};
}

// A connected socket, with TLS when the address says so.
struct Line {
  asio::io_context io{1};
  std::optional<asio::ssl::context> tls;
  std::variant<std::monostate, Plain, Secure> stream;
  Url url;

  Plain& lowest() {
    if (auto* secure = std::get_if<Secure>(&stream)) return beast::get_lowest_layer(*secure);
    return std::get<Plain>(stream);
  }

  base::Result<> open(const Url& to, const std::string& ca_file, Clock::time_point deadline, const std::atomic<bool>* given_up = nullptr) {
    url = to;
    asio::ip::tcp::resolver resolver(io);
    asio::ip::tcp::resolver::results_type found;
    std::optional<beast::error_code> resolved;
    resolver.async_resolve(url.host, url.port, [&](beast::error_code ec, asio::ip::tcp::resolver::results_type r) {
      resolved = ec;
      found = std::move(r);
    });
    while (!resolved && one(io, deadline, given_up)) {
    }
    if (!resolved) {
      resolver.cancel();
      io.restart();
      while (!resolved && io.run_one() != 0) {
      }
      return base::fail(unreached(url, "looking the name up", beast::error::timeout));
    }
    if (*resolved) return base::fail(unreached(url, "looking the name up", *resolved));
    if (url.tls) {
      tls.emplace(asio::ssl::context::tls_client);
      tls->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 | asio::ssl::context::default_workarounds);
      beast::error_code ec;
      if (ca_file.empty())
        tls->set_default_verify_paths(ec);
      else
        tls->load_verify_file(ca_file, ec);
      if (ec) return base::fail(ErrorCode::kInvalidArgument, "the certificates in " + ca_file + " cannot be read: " + ec.message());
      tls->set_verify_mode(asio::ssl::verify_peer);
      stream.emplace<Secure>(io, *tls);
    } else {
      stream.emplace<Plain>(io);
    }
    if (const auto ec = run(io, lowest(), deadline, [&](auto done) { lowest().async_connect(found, done); }, given_up); ec) return base::fail(unreached(url, "connecting", ec));
    beast::error_code ignored;
    lowest().socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    if (auto* secure = std::get_if<Secure>(&stream)) {
      SSL_set_tlsext_host_name(secure->native_handle(), url.host.c_str());
      secure->set_verify_callback(asio::ssl::host_name_verification(url.host));
      const auto ec = run(io, lowest(), deadline, [&](auto done) { secure->async_handshake(asio::ssl::stream_base::client, done); }, given_up);
      if (ec && ec != beast::error::timeout) return base::fail(ErrorCode::kPermissionDenied, url.host + ": no trusted TLS connection: " + ec.message());
      if (ec) return base::fail(unreached(url, "TLS", ec));
    }
    return {};
  }

  template <class Use>
  auto with(Use use) {
    if (auto* secure = std::get_if<Secure>(&stream)) return use(*secure);
    return use(std::get<Plain>(stream));
  }
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

std::string ClientResponse::header(const std::string& lower_name) const {
  const auto at = headers.find(lower_name);
  return at == headers.end() ? "" : at->second;
}

base::Result<> download(const Url& url, const ClientRequest& request, const ClientOptions& options,
                        const std::function<base::Result<>(const ClientResponse&)>& head,
                        const std::function<base::Result<>(std::string_view)>& piece) {
  const auto deadline = Clock::now() + options.timeout;
  Line line;
  if (auto ok = line.open(url, options.ca_file, deadline, options.given_up); !ok) return ok;
  http::request<http::string_body> message(http::string_to_verb(request.method), url.target, 11);
  message.set(http::field::host, url.authority());
  message.set(http::field::user_agent, "mamori/" MAMORI_VERSION);
  message.set(http::field::connection, "close");
  for (const auto& [name, value] : request.headers) message.set(name, value);
  message.body() = request.body;
  message.prepare_payload();
  return line.with([&](auto& stream) -> base::Result<> {
    if (const auto ec = run(line.io, line.lowest(), deadline, [&](auto done) { http::async_write(stream, message, done); }, options.given_up); ec) return base::fail(unreached(url, "sending", ec));
    beast::flat_buffer buffer;
    http::response_parser<http::buffer_body> parser;
    parser.header_limit(kMaxHeader);
    parser.body_limit(boost::none);  // counted by the caller, piece by piece
    if (const auto ec = run(line.io, line.lowest(), deadline, [&](auto done) { http::async_read_header(stream, buffer, parser, done); }, options.given_up); ec) return base::fail(unreached(url, "waiting for the answer", ec));
    ClientResponse response;
    response.status = static_cast<int>(parser.get().result_int());
    for (const auto& field : parser.get()) response.headers[lower(field.name_string())] = std::string(field.value());
    if (auto ok = head(response); !ok) return ok;
    std::vector<char> bytes(kPiece);
    while (!parser.is_done()) {
      parser.get().body().data = bytes.data();
      parser.get().body().size = bytes.size();
      auto ec = run(line.io, line.lowest(), options.idle.count() > 0 ? Clock::now() + options.idle : deadline, [&](auto done) { http::async_read(stream, buffer, parser, done); }, options.given_up);
      if (ec == http::error::need_buffer) ec = {};
      // A body without a length ends with the connection; TLS peers often leave the closing notice out.
      if (ec == asio::ssl::error::stream_truncated && !parser.content_length() && !parser.chunked()) ec = {};
      const auto got = bytes.size() - parser.get().body().size;
      if (got > 0) {  // also what came before the line broke: a download is continued from there
        if (auto ok = piece({bytes.data(), got}); !ok) return ok;
      }
      if (ec) return base::fail(unreached(url, "reading the answer", ec));
    }
    return {};
  });
}

base::Result<ClientResponse> fetch(const Url& url, const ClientRequest& request, const ClientOptions& options) {
  ClientResponse response;
  auto bounded = options;
  bounded.idle = std::chrono::milliseconds(0);
  auto ok = download(
      url, request, bounded,
      [&](const ClientResponse& head) -> base::Result<> {
    response = head;
    return {};
  },
      [&](std::string_view piece) -> base::Result<> {
    if (response.body.size() + piece.size() > options.max_body) return base::fail(ErrorCode::kResourceExhausted, url.host + " sent more than the " + std::to_string(options.max_body) + " bytes that are accepted");
    response.body.append(piece);
    return {};
  });
  if (!ok) return base::fail(ok.error());
  return response;
}

struct WebSocketClient::Impl {
  Line line;
  std::variant<std::monostate, websocket::stream<Plain>, websocket::stream<Secure>> socket;
  bool broken = false;

  template <class Use>
  auto with(Use use) {
    if (auto* secure = std::get_if<websocket::stream<Secure>>(&socket)) return use(*secure);
    return use(std::get<websocket::stream<Plain>>(socket));
  }
  Plain& lowest() {
    if (auto* secure = std::get_if<websocket::stream<Secure>>(&socket)) return beast::get_lowest_layer(*secure);
    return beast::get_lowest_layer(std::get<websocket::stream<Plain>>(socket));
  }
  base::Result<> send(std::string_view bytes, bool text, std::chrono::milliseconds timeout) {
    if (broken) return base::fail(ErrorCode::kUnavailable, line.url.host + ": the connection is lost");
    const auto ec = with([&](auto& s) {
      s.text(text);
      return run(line.io, lowest(), Clock::now() + timeout, [&](auto done) { s.async_write(asio::buffer(bytes), done); });
    });
    if (!ec) return {};
    broken = true;
    return base::fail(unreached(line.url, "sending", ec));
  }
};

WebSocketClient::WebSocketClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebSocketClient::~WebSocketClient() {
  if (!impl_->broken && impl_->socket.index() != 0) {
    beast::error_code ignored;
    impl_->lowest().socket().close(ignored);
  }
}

base::Result<std::unique_ptr<WebSocketClient>> WebSocketClient::connect(const Url& url, const std::vector<std::pair<std::string, std::string>>& headers, const ClientOptions& options) {
  const auto deadline = Clock::now() + options.timeout;
  auto impl = std::make_unique<Impl>();
  auto& line = impl->line;
  if (auto ok = line.open(url, options.ca_file, deadline); !ok) return base::fail(ok.error());
  if (auto* secure = std::get_if<Secure>(&line.stream))
    impl->socket.emplace<websocket::stream<Secure>>(std::move(*secure));
  else
    impl->socket.emplace<websocket::stream<Plain>>(std::move(std::get<Plain>(line.stream)));
  const auto ec = impl->with([&](auto& socket) {
    socket.read_message_max(options.max_body);
    socket.set_option(websocket::stream_base::decorator([&headers](websocket::request_type& request) {
      request.set(http::field::user_agent, "mamori/" MAMORI_VERSION);
      for (const auto& [name, value] : headers) request.set(name, value);
    }));
    return run(line.io, impl->lowest(), deadline, [&](auto done) { socket.async_handshake(url.authority(), url.target, done); });
  });
  if (ec) {
    impl->broken = true;
    return base::fail(unreached(url, "opening the WebSocket", ec));
  }
  return std::unique_ptr<WebSocketClient>(new WebSocketClient(std::move(impl)));
}

base::Result<> WebSocketClient::send_text(std::string_view text, std::chrono::milliseconds timeout) { return impl_->send(text, true, timeout); }
base::Result<> WebSocketClient::send_binary(std::string_view bytes, std::chrono::milliseconds timeout) { return impl_->send(bytes, false, timeout); }

base::Result<std::string> WebSocketClient::receive(std::chrono::milliseconds timeout) {
  if (impl_->broken) return base::fail(ErrorCode::kUnavailable, impl_->line.url.host + ": the connection is lost");
  beast::flat_buffer buffer;
  const auto ec = impl_->with([&](auto& s) {
    return run(impl_->line.io, impl_->lowest(), Clock::now() + timeout, [&](auto done) { s.async_read(buffer, done); });
  });
  if (ec) {
    impl_->broken = true;
    if (ec == websocket::error::message_too_big) return base::fail(ErrorCode::kResourceExhausted, impl_->line.url.host + " sent more than is accepted");
    return base::fail(unreached(impl_->line.url, "waiting for the answer", ec));
  }
  return beast::buffers_to_string(buffer.data());
}

}  // namespace mamori::net
