#include "net/key.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

namespace mamori::net {

using base::ErrorCode;

base::Result<std::string> read_key_file(const std::string& path) {
  if (path.empty()) return std::string();
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return base::fail(ErrorCode::kNotFound, "the file of the API key is not there: " + path);
  if ((info.st_mode & 077) != 0) return base::fail(ErrorCode::kPermissionDenied, path + " can be read by others: chmod 600 it");
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  if (line.empty() || line.size() > 4096) return base::fail(ErrorCode::kInvalidArgument, path + " holds no key in its first line");
  return line;
}

base::Result<> may_send_key(const Url& url, std::string_view key) {
  if (key.empty()) return {};
  if (!url.tls && url.host != "127.0.0.1" && url.host != "::1" && url.host != "localhost") return base::fail(ErrorCode::kInvalidArgument, "an API key is only sent over TLS (https:// or wss://)");
  if (std::ranges::any_of(key, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F; })) return base::fail(ErrorCode::kInvalidArgument, "the API key has spaces, line ends or characters other than ASCII");
  return {};
}

}  // namespace mamori::net
