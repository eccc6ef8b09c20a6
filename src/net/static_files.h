// Files of the web UI.
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"

namespace mamori::net {

// The file for `path` under `root`, or index.html for a page of the UI (a path without a dot in its last segment), or 404.
// Never leaves `root`. Hashed assets may be cached for ever, pages not at all.
Response static_file(const std::string& root, std::string_view path);

std::string content_type_of(std::string_view name);

}  // namespace mamori::net
