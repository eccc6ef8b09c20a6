// The key with which Mamori names itself to a server that it asks: where it is kept, and where it may go.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/client.h"

namespace mamori::net {

// The first line of a file that nobody but its owner can read. No path: no key, an empty text.
base::Result<std::string> read_key_file(const std::string& path);

// Whether this key may go to this address as "Authorization: Bearer ...": over TLS or within this machine, and of printable
// ASCII only, so that it cannot write headers of its own. An empty key goes nowhere and is fine.
base::Result<> may_send_key(const Url& url, std::string_view key);

}  // namespace mamori::net
