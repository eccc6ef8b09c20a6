// What comes in a request besides Beast's own parsing: escapes, ranges, cookies, queries, JSON bodies, routes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/json.h"
#include "net/http.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mamori;
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)net::percent_decode(text);
  if (const auto range = net::parse_range(text, 1000); range && (range->first > range->last || range->last >= 1000)) std::abort();
  net::Request request;
  request.headers["cookie"] = text;
  request.query = text;
  (void)request.cookie("mamori_session");
  (void)request.query_value("limit");
  (void)base::parse_json(text);
  static const net::Router router = [] {
    net::Router r;
    r.add("GET", "/api/v1/contacts/{id}/recording", [](const net::Request&) { return net::Response{}; });
    return r;
  }();
  (void)router.match("GET", text);
  return 0;
}
