// Telephone numbers as they stand in SIP headers, made comparable. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mamori::telephony {

// "+81 3-1234-5678", "tel:+81-3-1234-5678", "sip:0312345678;phone-context=+81@carrier" → "0312345678".
// Japan's country code becomes the trunk 0; other countries keep "+". A user that is no number stays as it is, in lower
// case ("alice", "anonymous"). At most 64 characters are kept; control characters are dropped.
std::string normalise_number(std::string_view number_or_uri);

// Where a called user goes.
struct Route {
  std::string match;   // a user or the beginning of one; empty or "*": everything
  std::string target;  // SIP URI; "{user}" in it stands for the called user
};

// The longest match wins. kNotFound when nothing matches.
base::Result<std::string> find_target(const std::vector<Route>& routes, std::string_view user);

// A target must be a sip: URI whose host is an IPv4 literal or localhost: a name that does not resolve would hold up every
// other call. kInvalidArgument says which route is wrong.
base::Result<> check_routes(const std::vector<Route>& routes);

// An IPv4 address or CIDR block ("192.0.2.0/24").
base::Result<> check_peers(const std::vector<std::string>& peers);
// True when the list is empty or the address falls in one of its entries.
bool peer_allowed(const std::vector<std::string>& peers, std::string_view address);

}  // namespace mamori::telephony
