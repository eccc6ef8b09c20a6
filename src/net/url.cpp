#include <algorithm>
#include <charconv>

#include "net/client.h"

namespace mamori::net {

using base::ErrorCode;

namespace {

constexpr std::size_t kMaxUrl = 2000;

bool host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? "443" : "80") ? name : name + ":" + port;
}

base::Result<Url> parse_url(std::string_view text) {
  const auto refuse = [](const char* why) { return base::fail(ErrorCode::kInvalidArgument, std::string("the address cannot be used: ") + why); };
  if (text.size() > kMaxUrl) return refuse("it is longer than 2000 bytes");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F; })) return refuse("it has spaces or characters other than ASCII");
  Url url;
  const auto scheme_end = text.find("://");
  const auto scheme = text.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https" && scheme != "ws" && scheme != "wss")) return refuse("it begins with none of http://, https://, ws://, wss://");
  url.tls = scheme.back() == 's' && scheme != "ws";
  text.remove_prefix(scheme_end + 3);
  if (text.find('#') != std::string_view::npos) return refuse("it has a fragment (#)");
  const auto host_end = std::min(text.find_first_of("/?"), text.size());
  auto authority = text.substr(0, host_end);
  url.target = std::string(text.substr(host_end));
  if (url.target.empty() || url.target.front() != '/') url.target.insert(0, "/");
  if (authority.find('@') != std::string_view::npos) return refuse("it has a user name; secrets belong in a file of their own");
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return refuse("the bracket of the IPv6 address is not closed");
    url.host = std::string(authority.substr(1, close - 1));
    if (url.host.empty() || url.host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos) return refuse("what is in brackets is no IPv6 address");
    authority.remove_prefix(close + 1);
    if (!authority.empty() && authority.front() != ':') return refuse("something follows the IPv6 address");
    if (!authority.empty()) port = authority.substr(1);
    if (!authority.empty() && port.empty()) return refuse("the port is missing");
  } else {
    const auto colon = authority.find(':');
    url.host = std::string(authority.substr(0, colon));
    if (url.host.empty() || !std::ranges::all_of(url.host, host_character)) return refuse("the host is missing or has characters no host name has");
    if (colon != std::string_view::npos) {
      port = authority.substr(colon + 1);
      if (port.empty()) return refuse("the port is missing");
    }
  }
  url.port = url.tls ? "443" : "80";
  if (!port.empty()) {
    int number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc{} || end != port.data() + port.size() || number < 1 || number > 65535) return refuse("the port is not a number from 1 to 65535");
    url.port = std::to_string(number);
  }
  return url;
}

}  // namespace mamori::net
