#include "net/static_files.h"

#include <filesystem>

namespace mamori::net {

namespace fs = std::filesystem;

std::string content_type_of(std::string_view name) {
  const auto ends = [&](std::string_view end) { return name.ends_with(end); };
  if (ends(".html")) return "text/html; charset=utf-8";
  if (ends(".js")) return "text/javascript; charset=utf-8";
  if (ends(".css")) return "text/css; charset=utf-8";
  if (ends(".json")) return "application/json";
  if (ends(".svg")) return "image/svg+xml";
  if (ends(".png")) return "image/png";
  if (ends(".ico")) return "image/x-icon";
  if (ends(".woff2")) return "font/woff2";
  if (ends(".wav")) return "audio/wav";
  return "application/octet-stream";
}

Response static_file(const std::string& root, std::string_view path) {
  Response response;
  const auto not_found = [&] {
    response.status = 404;
    response.content_type = "text/plain; charset=utf-8";
    response.body = "ページが見つかりません / Not found\n";
    return response;
  };
  if (root.empty() || path.find("..") != std::string_view::npos || path.find('\0') != std::string_view::npos) return not_found();
  fs::path file = fs::path(root) / std::string(path.substr(path.starts_with('/') ? 1 : 0));
  std::error_code ec;
  const auto last = path.substr(path.rfind('/') + 1);
  if (!fs::is_regular_file(file, ec)) {
    if (last.find('.') != std::string_view::npos) return not_found();
    file = fs::path(root) / "index.html";
    if (!fs::is_regular_file(file, ec)) return not_found();
  }
  response.file = file.string();
  response.content_type = content_type_of(response.file);
  response.headers.emplace_back("Cache-Control", path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

}  // namespace mamori::net
