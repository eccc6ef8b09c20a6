#include "api/session.h"

#include <chrono>
#include <future>
#include <sodium.h>

#include "api/one_time_password.h"
#include "base/ids.h"
#include "base/log.h"

namespace mamori::api {

namespace json = base::json;
using base::ErrorCode;

namespace {

constexpr base::UnixMillis kIdle = 12LL * 3600 * 1000;  // one shift
constexpr int kMaxFailures = 5;
constexpr base::UnixMillis kLock = 5LL * 60 * 1000;
constexpr std::size_t kLeastPassword = 12;
constexpr const char* kCookie = "mamori_session";

json::object user_json(const Asker& asker) {
  return {{"name", asker.user.name}, {"display_name", asker.user.display_name}, {"role", asker.user.role}, {"must_change", asker.user.must_change}, {"csrf", asker.csrf}};
}

base::Result<std::optional<Asker>> who(Context& context, const net::Request& request) {
  const auto token = request.cookie(kCookie);
  if (token.empty()) return std::nullopt;
  auto session = context.store.session(store::sha256_hex(token), context.clock.now(), kIdle);
  if (!session) return base::fail(session.error());
  if (!*session) return std::nullopt;
  return Asker{(*session)->user, (*session)->csrf, language_of(request)};
}

bool same(std::string_view a, std::string_view b) { return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0; }

std::string cookie(const Context& context, const std::string& value, long max_age) {
  return std::string(kCookie) + "=" + value + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(max_age) + (context.tls ? "; Secure" : "");
}

net::Response sign_in(Context& context, const net::Request& request) {
  const auto language = language_of(request);
  auto body = body_of(request);
  if (!body) return problem(body.error(), language);
  const auto name = base::get_string(*body, "name");
  const auto password = base::get_string(*body, "password");
  const auto refused = [&] {
    return problem(401, "利用者名またはパスワードが違います。5回続けて違うと5分間使えなくなります", "Wrong name or password. After five wrong tries the account rests for five minutes", language);
  };
  if (name.empty() || name.size() > 100 || password.size() > 1000) return refused();
  auto found = context.store.user(name);
  if (!found) return problem(found.error(), language);
  const auto now = context.clock.now();
  // The same work whether or not the name is there: how long it takes tells nothing.
  static const std::string kNobody = store::hash_password(base::random_hex(16));
  if (!*found) {
    (void)store::verify_password(password, kNobody);
    return refused();
  }
  auto user = **found;
  if (user.locked_until > now) return refused();
  if (!store::verify_password(password, user.password_hash)) {
    if (++user.failed_logins >= kMaxFailures) {
      user.failed_logins = 0;
      user.locked_until = now + kLock;
      journal(context, "", "sign_in_locked", {{"user", user.name}});
    }
    (void)context.store.put_user(user, now);
    return refused();
  }
  user.failed_logins = 0;
  (void)context.store.put_user(user, now);
  const auto token = base::random_hex(32);
  const auto csrf = base::random_hex(16);
  if (auto put = context.store.put_session(store::sha256_hex(token), user.id, csrf, now); !put) return problem(put.error(), language);
  journal(context, "", "sign_in", {{"user", user.name}});
  auto response = ok(user_json({user, csrf, language}));
  response.headers.emplace_back("Set-Cookie", cookie(context, token, kIdle / 1000));
  return response;
}

net::Response change_password(Context& context, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  const auto fresh = base::get_string(*body, "new_password");
  if (!store::verify_password(base::get_string(*body, "password"), asker.user.password_hash)) {
    return problem(403, "今のパスワードが違います", "The present password is wrong", asker.language);
  }
  if (fresh.size() < kLeastPassword || fresh.size() > 1000 || fresh == base::get_string(*body, "password")) {
    return problem(400, "新しいパスワードは12文字以上で、今と違うものにしてください", "The new password needs at least 12 characters and must differ from the present one", asker.language);
  }
  auto user = asker.user;
  user.password_hash = store::hash_password(fresh);
  user.must_change = false;
  const auto now = context.clock.now();
  if (auto put = context.store.put_user(user, now); !put) return problem(put.error(), asker.language);
  // Every other place this user is signed in at is signed out.
  (void)context.store.drop_sessions_of(user.id);
  const auto token = base::random_hex(32);
  const auto csrf = base::random_hex(16);
  if (auto put = context.store.put_session(store::sha256_hex(token), user.id, csrf, now); !put) return problem(put.error(), asker.language);
  journal(context, "", "password_changed", {{"user", user.name}});
  auto response = ok(user_json({user, csrf, asker.language}));
  response.headers.emplace_back("Set-Cookie", cookie(context, token, kIdle / 1000));
  return response;
}

// Signed in with the right CSRF header; whether the one-time password was changed is not asked.
net::Handler known(Context& context, UserHandler handler) {
  return [&context, handler = std::move(handler)](const net::Request& request) {
    const auto language = language_of(request);
    auto asker = who(context, request);
    if (!asker) return problem(asker.error(), language);
    if (!*asker) return problem(401, "サインインしてください", "Sign in first", language);
    if (request.method != "GET" && request.method != "HEAD" && !same(request.header("x-mamori-csrf"), (*asker)->csrf)) {
      return problem(403, "画面を読み込み直してから、もう一度お試しください", "Reload the page and try again", language);
    }
    return handler(request, **asker);
  };
}

}  // namespace

net::Response ok(const json::value& body, int status) {
  net::Response response;
  response.status = status;
  response.body = json::serialize(body);
  return response;
}

base::Result<json::object> body_of(const net::Request& request) {
  if (!request.header("content-type").starts_with("application/json")) {
    return base::fail(ErrorCode::kInvalidArgument, "Content-Type must be application/json");
  }
  auto value = base::parse_json(request.body);
  if (!value) return base::fail(value.error());
  if (!value->is_object()) return base::fail(ErrorCode::kInvalidArgument, "the body must be a JSON object");
  return std::move(value->get_object());
}

void journal(Context& context, const std::string& contact, const std::string& kind, json::object facts) {
  store::Write write;
  write.entries.push_back({contact, context.clock.now(), kind, std::move(facts), {}});
  context.store.journal().submit(std::move(write));
}

std::optional<net::Response> not_kept(Context& context, const Asker& asker, store::Write write) {
  auto promise = std::make_shared<std::promise<base::Result<std::int64_t>>>();
  auto future = promise->get_future();
  write.done = [promise](base::Result<std::int64_t> r) { promise->set_value(std::move(r)); };
  context.store.journal().submit(std::move(write));
  if (future.wait_for(std::chrono::seconds(10)) != std::future_status::ready) return not_yet_kept(asker.language);
  if (auto done = future.get(); !done) return problem(done.error(), asker.language);
  return std::nullopt;
}

net::Handler signed_in(Context& context, std::set<std::string> roles, UserHandler handler) {
  return known(context, [roles = std::move(roles), handler = std::move(handler)](const net::Request& request, const Asker& asker) {
    if (asker.user.must_change) return problem(403, "先にパスワードを変更してください", "Change your password first", asker.language);
    if (!roles.empty() && !roles.contains(asker.user.role)) return problem(403, "この操作をする権限がありません", "You are not allowed to do this", asker.language);
    return handler(request, asker);
  });
}

void add_session_routes(net::Router& router, Context& context) {
  router.add("POST", "/api/v1/session", [&context](const net::Request& request) { return sign_in(context, request); });
  router.add("GET", "/api/v1/session", known(context, [](const net::Request&, const Asker& asker) { return ok(user_json(asker)); }));
  router.add("DELETE", "/api/v1/session", known(context, [&context](const net::Request& request, const Asker& asker) {
    (void)context.store.drop_session(store::sha256_hex(request.cookie(kCookie)));
    journal(context, "", "sign_out", {{"user", asker.user.name}});
    auto response = ok(json::object{});
    response.headers.emplace_back("Set-Cookie", cookie(context, "", 0));
    return response;
  }));
  router.add("POST", "/api/v1/session/password", known(context, [&context](const net::Request& request, const Asker& asker) {
    return change_password(context, request, asker);
  }));
}

std::string admit(Context& context, const net::Request& request) {
  auto asker = who(context, request);
  if (!asker || !*asker || (*asker)->user.must_change) return {};
  return (*asker)->user.role;
}

std::string admit_to_feed(Context& context, const net::Request& request) {
  auto role = admit(context, request);
  if (role.empty()) return role;
  if (auto asker = who(context, request); asker && *asker) journal(context, "", "read_list", {{"by", (*asker)->user.name}, {"what", "live feed"}});
  return role;
}

base::Result<std::string> ensure_admin(store::Store& store, const base::Clock& clock) {
  auto count = store.admin_count();
  if (!count) return base::fail(count.error());
  if (*count > 0) return std::string();
  const std::string password = one_time_password();
  store::UserRow admin{.id = base::new_id(), .name = "admin", .display_name = "管理者", .role = "admin", .password_hash = store::hash_password(password), .must_change = true};
  if (auto put = store.put_user(admin, clock.now()); !put) return base::fail(put.error());
  return password;
}

}  // namespace mamori::api
