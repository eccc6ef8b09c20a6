#include "app/second_opinion.h"

#include <algorithm>
#include <deque>

#include "base/ids.h"
#include "base/log.h"
#include "base/worker.h"
#include "net/key.h"

namespace mamori::app {

namespace json = base::json;
using base::ErrorCode;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMostWaiting = 100;

}  // namespace

store::NewEntry entry_of(const OpinionResult& r, base::UnixMillis at) {
  json::object facts{{"contact", r.contact}, {"state", r.state}, {"model", r.model}, {"took_ms", r.took_ms}, {"suspicion", r.suspicion}};
  json::object content;
  if (r.opinion) {
    for (auto& [key, value] : judge::to_json(r.opinion->label)) facts[key] = value;
    facts["turn"] = r.opinion->turn ? json::value(*r.opinion->turn) : json::value(nullptr);
    facts["agrees"] = r.agrees;
    content = {{"reason", r.opinion->reason}, {"quote", r.opinion->quote}};
  } else {
    facts["error"] = r.error;
  }
  return {r.contact, at, "second_opinion", std::move(facts), std::move(content)};
}

base::Result<SecondOpinion::Options> SecondOpinion::options(const SecondOpinionConfig& config) {
  const auto invalid = [](const base::Error& e) { return base::fail(e, "second_opinion"); };
  auto url = net::parse_url(config.address);
  if (!url) return invalid(url.error());
  if (!config.address.starts_with("http")) return base::fail(ErrorCode::kInvalidArgument, "second_opinion.address begins with http:// or https://");
  auto key = net::read_key_file(config.key_file);
  if (!key) return invalid(key.error());
  if (auto ok = net::may_send_key(*url, *key); !ok) return invalid(ok.error());
  return Options{std::move(*url), config.model, std::move(*key), config.ca_file, std::chrono::seconds(config.timeout_seconds), config.most_per_hour};
}

struct SecondOpinion::Impl {
  struct Job {
    std::string contact;
    double suspicion = 0;
  };
  Options options;
  Ask question;
  std::function<void(OpinionResult)> done;
  std::deque<Clock::time_point> asked;  // within the last hour; the worker's alone
  bool as_json = true;                  // until the server says that it does not know response_format
  std::optional<base::Worker<Job>> worker;

  base::Result<net::ClientResponse> post(const opinion::Question& q, std::chrono::milliseconds timeout) const {
    net::Url url = options.url;
    while (url.target.ends_with('/')) url.target.pop_back();
    url.target += "/chat/completions";
    net::ClientRequest request;
    request.method = "POST";
    request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
    if (!options.key.empty()) request.headers.emplace_back("Authorization", "Bearer " + options.key);
    request.body = json::serialize(opinion::request_for(q, options.model, "mark-" + base::random_hex(16), as_json));
    net::ClientOptions client;
    client.ca_file = options.ca_file;
    client.timeout = timeout;
    client.max_body = opinion::kMostReply;
    client.given_up = &worker->stopping();
    return net::fetch(url, request, client);
  }

  base::Result<net::ClientResponse> ask(const opinion::Question& q) {
    const auto until = Clock::now() + options.timeout;
    auto response = post(q, options.timeout);
    if (!response || !as_json || (response->status != 400 && response->status != 422)) return response;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) return response;
    as_json = false;
    auto again = post(q, left);
    if (!again || again->status != 200) as_json = true;  // that was not it
    return again;
  }

  OpinionResult one(const Job& job, const OpinionQuestion& q) {
    OpinionResult out{.contact = job.contact, .suspicion = job.suspicion, .model = options.model.empty() ? options.url.host : options.model};
    const auto began = Clock::now();
    auto response = ask(q.question);
    out.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
    if (!response || response->status != 200) {
      out.state = "failed";
      out.error = response ? options.url.host + " answered " + std::to_string(response->status) : response.error().message;
      return out;
    }
    auto read = opinion::read_reply(response->body, q.question.turns);
    if (!read) {
      out.state = "refused";
      out.error = read.error().message;
      return out;
    }
    out.state = "answered";
    out.agrees = opinion::agree(read->label, q.judged);
    out.opinion = std::move(*read);
    return out;
  }

  bool too_many() {
    const auto now = Clock::now();
    while (!asked.empty() && now - asked.front() >= std::chrono::hours(1)) asked.pop_front();
    if (asked.size() >= static_cast<std::size_t>(options.most_per_hour)) return true;
    asked.push_back(now);
    return false;
  }

  void run(const Job& job) {
    const auto q = question(job.contact);
    if (!q) return;
    if (too_many()) {
      base::log_warning("second opinion: enough were asked for in this hour, one is passed over", {{"contact", job.contact}});
      return;
    }
    auto result = one(job, *q);
    if (worker->stopping()) return;
    if (result.opinion)
      base::log_info("second opinion", {{"contact", result.contact}, {"agrees", result.agrees ? "yes" : "no"}, {"level", std::to_string(result.opinion->label.level)}, {"took_ms", std::to_string(result.took_ms)}});
    else
      base::log_warning("no second opinion", {{"contact", result.contact}, {"state", result.state}, {"reason", result.error}, {"took_ms", std::to_string(result.took_ms)}});
    done(std::move(result));
  }
};

SecondOpinion::SecondOpinion(Options options, Ask question, std::function<void(OpinionResult)> done) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->question = std::move(question);
  impl_->done = std::move(done);
  impl_->worker.emplace(kMostWaiting, [raw = impl_.get()](Impl::Job job) { raw->run(job); });
}

SecondOpinion::~SecondOpinion() { impl_->worker->stop(); }

void SecondOpinion::add(std::string contact, double suspicion) {
  if (!impl_->worker->add({contact, suspicion})) base::log_warning("second opinion: too many contacts wait, one is passed over", {{"contact", contact}});
}

}  // namespace mamori::app
