#include "telephony/number.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace mamori::telephony {
namespace {

bool separator(char c) { return c == '-' || c == ' ' || c == '(' || c == ')' || c == '.'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

struct Block {
  std::uint32_t network;
  std::uint32_t mask;
};

std::optional<Block> parse_block(std::string_view text) {
  const auto slash = text.find('/');
  int bits = 32;
  if (slash != std::string_view::npos) {
    const auto tail = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(tail.data(), tail.data() + tail.size(), bits);
    if (error != std::errc{} || end != tail.data() + tail.size() || bits < 0 || bits > 32) return std::nullopt;
  }
  in_addr address{};
  if (inet_pton(AF_INET, std::string(text.substr(0, slash)).c_str(), &address) != 1) return std::nullopt;
  const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
  return Block{ntohl(address.s_addr) & mask, mask};
}

// host of "sip:user@host:port;params", without the port.
std::string_view host_of(std::string_view uri) {
  uri = uri.substr(uri.find(':') + 1);
  if (const auto at = uri.find('@'); at != std::string_view::npos) uri = uri.substr(at + 1);
  return uri.substr(0, uri.find_first_of(":;?"));
}

}  // namespace

std::string normalise_number(std::string_view text) {
  for (const std::string_view scheme : {"sip:", "sips:", "tel:"}) {
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  }
  text = text.substr(0, text.find('@'));
  text = text.substr(0, text.find(';'));
  std::string number;
  std::string word;
  bool is_number = !text.empty();
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) continue;
    if (word.size() < 64) word += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    if (digit(c) || (c == '+' && number.empty())) {
      if (number.size() < 64) number += c;
    } else if (!separator(c)) {
      is_number = false;
    }
  }
  if (!is_number || number.empty() || number == "+") return word;
  // +81 (0)3 ... is written by some: one 0 is enough.
  if (number.starts_with("+81")) return number.substr(3).starts_with("0") ? number.substr(3) : "0" + number.substr(3);
  return number;
}

base::Result<std::string> find_target(const std::vector<Route>& routes, std::string_view user) {
  const Route* best = nullptr;
  std::size_t longest = 0;
  for (const auto& route : routes) {
    const std::string_view match = route.match == "*" ? std::string_view{} : route.match;
    if (!user.starts_with(match) || (best != nullptr && match.size() <= longest)) continue;
    best = &route;
    longest = match.size();
  }
  if (best == nullptr) return base::fail(base::ErrorCode::kNotFound, "no route for the called number");
  std::string target = best->target;
  if (const auto at = target.find("{user}"); at != std::string::npos) target.replace(at, 6, user);
  return target;
}

base::Result<> check_routes(const std::vector<Route>& routes) {
  for (const auto& route : routes) {
    const std::string host(host_of(route.target));
    in_addr parsed{};
    if (route.target.starts_with("sip:") && (host == "localhost" || inet_pton(AF_INET, host.c_str(), &parsed) == 1)) continue;
    return base::fail(base::ErrorCode::kInvalidArgument,
                      "route \"" + route.match + "\": the target \"" + route.target +
                          "\" must be a sip: address with an IPv4 host, such as sip:100@192.0.2.20:5060");
  }
  return {};
}

base::Result<> check_peers(const std::vector<std::string>& peers) {
  for (const auto& peer : peers) {
    if (!parse_block(peer)) {
      return base::fail(base::ErrorCode::kInvalidArgument,
                        "trusted peer \"" + peer + "\" is not an IPv4 address or block such as 192.0.2.0/24");
    }
  }
  return {};
}

bool peer_allowed(const std::vector<std::string>& peers, std::string_view address) {
  if (peers.empty()) return true;
  const auto candidate = parse_block(address);
  if (!candidate) return false;
  return std::ranges::any_of(peers, [&](const std::string& peer) {
    const auto block = parse_block(peer);
    return block && (candidate->network & block->mask) == block->network;
  });
}

}  // namespace mamori::telephony
