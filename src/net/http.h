// Requests, responses and routes, as the rest of Mamori sees them. Nothing of Beast stands here.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mamori::net {

struct Request {
  std::string method;                          // GET, POST, PUT, DELETE, HEAD
  std::string path;                            // percent-decoded, without the query
  std::string query;                           // as sent
  std::map<std::string, std::string> headers;  // names in lower case
  std::map<std::string, std::string> params;   // from the route: "/contacts/{id}"
  std::string body;
  std::string remote;  // address of the peer

  [[nodiscard]] std::string header(const std::string& lower_name) const;
  [[nodiscard]] std::string cookie(std::string_view name) const;
  [[nodiscard]] std::string query_value(std::string_view name) const;  // decoded
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string file;  // when set, this file is sent instead of the body (ranges honoured)
  std::vector<std::pair<std::string, std::string>> headers;
};

// Runs on a worker thread and may block; called concurrently.
using Handler = std::function<Response(const Request&)>;

// "%41" -> "A"; an invalid sequence gives nothing.
std::optional<std::string> percent_decode(std::string_view text);

// Routes by method and pattern; "{name}" takes one path segment. Built before the server starts, then only read.
class Router {
 public:
  void add(std::string method, std::string pattern, Handler handler);

  struct Match {
    const Handler* handler = nullptr;  // null: no such path, or (method_known) another method is there
    std::map<std::string, std::string> params;
    std::string allow;  // methods of the path, when only the method does not fit
  };
  [[nodiscard]] Match match(std::string_view method, std::string_view path) const;
  // "GET /api/v1/contacts/{id}", in order of add(): a test holds them against api/openapi.yaml.
  [[nodiscard]] std::vector<std::string> list() const;

 private:
  struct Route {
    std::string method;
    std::string pattern;
    Handler handler;
  };
  std::vector<Route> routes_;
};

// bytes=first-last of a file of `size` bytes (RFC 9110 section 14). Nothing: not satisfiable or not understood.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive
};
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size);

}  // namespace mamori::net
