#include "speech/remote.h"

#include <algorithm>
#include <atomic>

#include "base/ids.h"
#include "base/json.h"
#include "net/client.h"
#include "net/key.h"
#include "speech/replies.h"

namespace mamori::speech {

using base::ErrorCode;

namespace {

constexpr std::size_t kChunk = 1600;  // samples in one message: 200 ms, as Vosk's own clients send

std::vector<std::pair<std::string, std::string>> authorization(const RemoteOptions& options) {
  if (options.api_key.empty()) return {};
  return {{"Authorization", "Bearer " + options.api_key}};
}

std::string little_endian(std::span<const audio::Sample> pcm) {
  std::string out;
  out.reserve(pcm.size() * 2);
  for (const auto s : pcm) {
    out += static_cast<char>(s & 255);
    out += static_cast<char>((s >> 8) & 255);
  }
  return out;
}

std::string wav(std::span<const audio::Sample> pcm) {
  const auto four = [](std::uint32_t n) { return std::string{static_cast<char>(n & 255), static_cast<char>(n >> 8 & 255), static_cast<char>(n >> 16 & 255), static_cast<char>(n >> 24 & 255)}; };
  const auto two = [](std::uint32_t n) { return std::string{static_cast<char>(n & 255), static_cast<char>(n >> 8 & 255)}; };
  const auto data = little_endian(pcm);
  const auto size = static_cast<std::uint32_t>(data.size());
  return "RIFF" + four(36 + size) + "WAVEfmt " + four(16) + two(1) + two(1) + four(audio::kTelephoneRate) + four(audio::kTelephoneRate * 2) + two(2) + two(16) + "data" + four(size) + data;
}

class WebSocketSession final : public StreamingSession {
 public:
  WebSocketSession(std::unique_ptr<net::WebSocketClient> socket, const RemoteOptions& options, std::string engine) : socket_(std::move(socket)), options_(options), engine_(std::move(engine)) {}

  base::Result<> accept(std::span<const audio::Sample> pcm, std::vector<Event>& out) override {
    waiting_.insert(waiting_.end(), pcm.begin(), pcm.end());
    std::size_t at = 0;
    for (; waiting_.size() - at >= kChunk; at += kChunk) {
      if (auto ok = exchange(std::span(waiting_).subspan(at, kChunk), out); !ok) return ok;
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
    return {};
  }

  base::Result<> finish(std::vector<Event>& out) override {
    if (!waiting_.empty()) {
      if (auto ok = exchange(waiting_, out); !ok) return ok;
      waiting_.clear();
    }
    // Vosk's server compares this text byte for byte.
    if (auto ok = socket_->send_text("{\"eof\" : 1}", options_.timeout); !ok) return ok;
    return hear(out);
  }

 private:
  base::Result<> exchange(std::span<const audio::Sample> pcm, std::vector<Event>& out) {
    if (auto ok = socket_->send_binary(little_endian(pcm), options_.timeout); !ok) return ok;
    sent_ += pcm.size();
    return hear(out);
  }

  base::Result<> hear(std::vector<Event>& out) {
    auto text = socket_->receive(options_.timeout);
    if (!text) return base::fail(text.error());
    auto reply = parse_vosk(*text);
    if (!reply) return base::fail(reply.error());
    const double now = static_cast<double>(sent_) / audio::kTelephoneRate;
    if (!reply->final) {
      if (!reply->text.empty() && began_ < 0) began_ = std::max(heard_to_, now - static_cast<double>(kChunk) / audio::kTelephoneRate);
      if (!reply->text.empty() && reply->text != shown_) out.emplace_back(Partial{segment_, began_, now, reply->text});
      shown_ = reply->text;
      return {};
    }
    Final f;
    f.segment = segment_;
    f.end = reply->end >= 0 ? std::min(reply->end, now) : now;
    f.start = std::min(f.end, reply->start >= 0 ? reply->start : (began_ >= 0 ? began_ : heard_to_));
    f.text = reply->text;
    f.confidence = reply->confidence >= 0 ? reply->confidence : 0.5;
    f.engine = engine_;
    heard_to_ = now;
    began_ = -1;
    shown_.clear();
    if (f.text.empty()) return {};
    ++segment_;
    out.emplace_back(std::move(f));
    return {};
  }

  std::unique_ptr<net::WebSocketClient> socket_;
  RemoteOptions options_;
  std::string engine_;
  std::vector<audio::Sample> waiting_;
  std::uint64_t sent_ = 0;
  int segment_ = 0;
  double began_ = -1;
  double heard_to_ = 0;
  std::string shown_;
};

class WebSocketEngine final : public StreamingEngine {
 public:
  WebSocketEngine(RemoteOptions options, net::Url url) : options_(std::move(options)), url_(std::move(url)) { info_ = {"websocket:" + url_.host, 2, options_.model.empty() ? url_.host : options_.model, "as agreed with its operator"}; }
  [[nodiscard]] const EngineInfo& info() const override { return info_; }
  [[nodiscard]] base::Result<std::unique_ptr<StreamingSession>> open() const override {
    net::ClientOptions client;
    client.ca_file = options_.ca_file;
    client.timeout = options_.timeout;
    client.max_body = kMaxReply;
    auto socket = net::WebSocketClient::connect(url_, authorization(options_), client);
    if (!socket) return base::fail(socket.error());
    const base::json::object config{{"config", base::json::object{{"sample_rate", audio::kTelephoneRate}, {"words", true}}}};
    if (auto ok = (*socket)->send_text(base::json::serialize(config), options_.timeout); !ok) return base::fail(ok.error());
    return std::make_unique<WebSocketSession>(std::move(*socket), options_, info_.name);
  }

 private:
  RemoteOptions options_;
  net::Url url_;
  EngineInfo info_;
};

class OpenAiEngine final : public SegmentEngine {
 public:
  OpenAiEngine(RemoteOptions options, net::Url url) : options_(std::move(options)), url_(std::move(url)) {
    while (url_.target.ends_with('/')) url_.target.pop_back();
    url_.target += "/audio/transcriptions";
    info_ = {"openai:" + (options_.model.empty() ? url_.host : options_.model), 2, options_.model.empty() ? url_.host : options_.model, "as agreed with its operator"};
  }
  [[nodiscard]] const EngineInfo& info() const override { return info_; }

  [[nodiscard]] base::Result<SegmentText> transcribe(std::span<const audio::Sample> pcm) const override {
    const auto until = std::chrono::steady_clock::now() + options_.timeout;
    auto response = ask(pcm, verbose_, options_.timeout);
    if (response && (response->status == 400 || response->status == 422) && verbose_) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (left.count() > 0) {
        auto again = ask(pcm, false, left);
        if (again && again->status == 200) verbose_ = false;
        response = std::move(again);
      }
    }
    if (!response) return base::fail(response.error());
    if (response->status != 200) {
      const auto why = error_text(response->body);
      const bool refused = response->status == 401 || response->status == 403;
      return base::fail(refused ? ErrorCode::kPermissionDenied : ErrorCode::kUnavailable, url_.host + " answered " + std::to_string(response->status) + (why.empty() ? "" : ": " + why) + (refused ? " (is the API key right?)" : ""));
    }
    return parse_transcription(response->body);
  }

 private:
  [[nodiscard]] base::Result<net::ClientResponse> ask(std::span<const audio::Sample> pcm, bool verbose, std::chrono::milliseconds timeout) const {
    const std::string boundary = "mamori-" + base::random_hex(16);
    std::string body;
    const auto field = [&](const std::string& name, const std::string& value) { body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"; };
    if (!options_.model.empty()) field("model", options_.model);
    if (!options_.language.empty()) field("language", options_.language);
    field("response_format", verbose ? "verbose_json" : "json");
    field("temperature", "0");
    body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"segment.wav\"\r\nContent-Type: audio/wav\r\n\r\n" + wav(pcm) + "\r\n--" + boundary + "--\r\n";
    net::ClientRequest request;
    request.method = "POST";
    request.headers = authorization(options_);
    request.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
    request.headers.emplace_back("Accept", "application/json");
    request.body = std::move(body);
    net::ClientOptions client;
    client.ca_file = options_.ca_file;
    client.timeout = timeout;
    client.max_body = kMaxReply;
    return net::fetch(url_, request, client);
  }

  RemoteOptions options_;
  net::Url url_;
  EngineInfo info_;
  mutable std::atomic<bool> verbose_{true};
};

base::Result<net::Url> address(const RemoteOptions& options, bool websocket) {
  auto url = net::parse_url(options.address);
  if (!url) return url;
  const bool is_websocket = options.address.starts_with("ws");
  if (is_websocket != websocket) return base::fail(ErrorCode::kInvalidArgument, websocket ? "the address of a WebSocket engine begins with ws:// or wss://" : "the address of an OpenAI-compatible engine begins with http:// or https://");
  if (auto ok = net::may_send_key(*url, options.api_key); !ok) return base::fail(ok.error());
  if (std::ranges::any_of(options.model + options.language, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) return base::fail(ErrorCode::kInvalidArgument, "the name of the model or language has control characters");
  return url;
}

}  // namespace

base::Result<std::unique_ptr<StreamingEngine>> make_websocket_engine(const RemoteOptions& options) {
  auto url = address(options, true);
  if (!url) return base::fail(url.error());
  return std::make_unique<WebSocketEngine>(options, std::move(*url));
}

base::Result<std::unique_ptr<SegmentEngine>> make_openai_engine(const RemoteOptions& options) {
  auto url = address(options, false);
  if (!url) return base::fail(url.error());
  return std::make_unique<OpenAiEngine>(options, std::move(*url));
}

}  // namespace mamori::speech
