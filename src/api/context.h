// What the handlers may use. One object, built by the hub, shared by all handlers; everything in it is thread-safe.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "flow/flow.h"
#include "net/http.h"
#include "store/store.h"

namespace mamori::api {

struct Context {
  store::Store& store;
  const base::Clock& clock;
  // Runs on the core thread and waits for it. Never call it from the core thread.
  std::function<void(const std::function<void(flow::Flow&)>&)> on_core;
  std::function<base::json::object()> health;
  std::string recordings_dir;
  std::string prompts_dir;
  bool tls = false;  // cookies are Secure
};

// Registers every route of /api/v1 (api/openapi.yaml).
void add_routes(net::Router& router, Context& context);

// Who asks, for the live feed: the role, or empty.
std::string admit(Context& context, const net::Request& request);
// The same, and the journal says who began to listen.
std::string admit_to_feed(Context& context, const net::Request& request);

// The first user, made when there is none: "admin" with a one-time password, which is returned (once) and must be changed.
base::Result<std::string> ensure_admin(store::Store& store, const base::Clock& clock);

}  // namespace mamori::api
