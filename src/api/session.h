// Signing in, and who is asking.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "api/context.h"
#include "api/errors.h"

namespace mamori::api {

struct Asker {
  store::UserRow user;
  std::string csrf;
  Language language = Language::kJapanese;
};

// A handler that is only reached by a signed-in user with one of `roles` (empty: any), who has changed a one-time password,
// and - for anything but GET - with the right X-Mamori-CSRF header.
using UserHandler = std::function<net::Response(const net::Request&, const Asker&)>;
net::Handler signed_in(Context& context, std::set<std::string> roles, UserHandler handler);

void add_session_routes(net::Router& router, Context& context);

// Writes to the journal and waits until it is on the disk, 10 s at most. Nothing when it is; else the answer to give.
std::optional<net::Response> not_kept(Context& context, const Asker& asker, store::Write write);

net::Response ok(const base::json::value& body, int status = 200);
// The body as a JSON object, or a 400.
base::Result<base::json::object> body_of(const net::Request& request);
// One line in the journal about something a user did, outside any live contact's flow.
void journal(Context& context, const std::string& contact, const std::string& kind, base::json::object facts);

}  // namespace mamori::api
