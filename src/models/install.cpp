#include "models/install.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "net/client.h"

namespace mamori::models {

namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

constexpr std::size_t kMaxLicence = 256u << 10;
constexpr int kMaxRedirects = 5;
constexpr std::uint64_t kSpareDisk = 256ull << 20;  // recordings need room too

bool is_address(const std::string& source) { return source.starts_with("http://") || source.starts_with("https://"); }

// Where a redirect leads. Never from https to http: what was asked for over TLS must not come without.
base::Result<net::Url> redirected(const net::Url& from, const std::string& location) {
  const auto absolute = location.find("://") != std::string::npos ? location : std::string(from.tls ? "https://" : "http://") + from.authority() + (location.starts_with('/') ? location : "/" + location);
  auto to = net::parse_url(absolute);
  if (!to) return to;
  if (from.tls && !to->tls) return base::fail(ErrorCode::kPermissionDenied, from.host + " redirects to an address without TLS");
  return to;
}

// A file from the source, to be continued at `have`. `start` is told where what comes begins: `have`, or 0.
class Source {
 public:
  Source(std::string place, const InstallOptions& options) : place_(std::move(place)), options_(options) {}

  base::Result<> read(const std::string& path, std::uint64_t have, const std::function<base::Result<>(std::uint64_t start)>& start, const std::function<base::Result<>(std::string_view)>& piece) const {
    return is_address(place_) ? fetch(path, have, start, piece) : copy(path, have, start, piece);
  }
  base::Result<std::string> small(const std::string& path, std::size_t most) const {
    std::string out;
    auto ok = read(
        path, 0, [](std::uint64_t) -> base::Result<> { return {}; },
        [&](std::string_view piece) -> base::Result<> {
      if (out.size() + piece.size() > most) return base::fail(ErrorCode::kInvalidArgument, path + " is longer than " + std::to_string(most) + " bytes");
      out.append(piece);
      return {};
    });
    if (!ok) return base::fail(ok.error());
    return out;
  }

 private:
  base::Result<> copy(const std::string& path, std::uint64_t have, const std::function<base::Result<>(std::uint64_t)>& start, const std::function<base::Result<>(std::string_view)>& piece) const {
    std::ifstream in(fs::path(place_) / path, std::ios::binary);
    if (!in) return base::fail(ErrorCode::kNotFound, (fs::path(place_) / path).string() + " is not there or cannot be read");
    in.seekg(static_cast<std::streamoff>(have));
    if (auto ok = start(have); !ok) return ok;
    std::vector<char> buffer(1u << 20);
    while (in) {
      in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
      if (in.gcount() <= 0) break;
      if (auto ok = piece({buffer.data(), static_cast<std::size_t>(in.gcount())}); !ok) return ok;
    }
    if (in.bad()) return base::fail(ErrorCode::kUnavailable, path + " cannot be read to the end");
    return {};
  }

  base::Result<> fetch(const std::string& path, std::uint64_t have, const std::function<base::Result<>(std::uint64_t)>& start, const std::function<base::Result<>(std::string_view)>& piece) const {
    auto url = net::parse_url(place_);
    if (!url) return base::fail(url.error());
    // A query (a token, a version) goes with every file.
    const auto query = url->target.find('?');
    const std::string tail = query == std::string::npos ? "" : url->target.substr(query);
    url->target = url->target.substr(0, query);
    url->target = url->target.substr(0, url->target.rfind('/') + 1) + path + tail;
    net::ClientRequest request;
    if (have > 0) request.headers.emplace_back("Range", "bytes=" + std::to_string(have) + "-");
    net::ClientOptions options;
    options.ca_file = options_.ca_file;
    options.timeout = options_.timeout;
    options.idle = options_.idle;
    for (int hop = 0; hop <= kMaxRedirects; ++hop) {
      std::string location;
      auto ok = net::download(
          *url, request, options,
          [&](const net::ClientResponse& head) -> base::Result<> {
        if (head.status >= 300 && head.status < 400 && !head.header("location").empty()) {
          location = head.header("location");
          return base::fail(ErrorCode::kUnavailable, "redirected");
        }
        if (head.status == 206 && have > 0) {
          std::uint64_t from = 0;
          const auto range = head.header("content-range");
          if (!range.starts_with("bytes ") || std::from_chars(range.data() + 6, range.data() + range.size(), from).ec != std::errc{} || from != have) return base::fail(ErrorCode::kDataLoss, url->host + " sent another part of " + path + " than was asked for");
          return start(have);
        }
        if (head.status == 200) return start(0);
        if (head.status == 404) return base::fail(ErrorCode::kNotFound, path + " is not at " + url->host);
        return base::fail(ErrorCode::kUnavailable, url->host + " answered " + std::to_string(head.status) + " for " + path);
      },
          piece);
      if (location.empty()) return ok;
      auto next = redirected(*url, location);
      if (!next) return base::fail(next.error());
      url = std::move(next);
    }
    return base::fail(ErrorCode::kUnavailable, path + ": too many redirects");
  }

  std::string place_;  // folder, or address of the manifest
  const InstallOptions& options_;
};

class Output {
 public:
  explicit Output(const std::string& path) : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640)) {}
  ~Output() {
    if (fd_ >= 0) ::close(fd_);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  base::Result<> begin(std::uint64_t at) {
    if (fd_ < 0 || ::ftruncate(fd_, static_cast<off_t>(at)) != 0 || ::lseek(fd_, static_cast<off_t>(at), SEEK_SET) < 0) return base::fail(ErrorCode::kUnavailable, path_ + " cannot be written");
    return {};
  }
  base::Result<> write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::write(fd_, bytes.data(), bytes.size());
      if (n <= 0) return base::fail(ErrorCode::kResourceExhausted, path_ + " cannot be written: is the disk full?");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }
  base::Result<> keep() {
    if (::fsync(fd_) != 0) return base::fail(ErrorCode::kUnavailable, path_ + " could not be written to the disk");
    return {};
  }

 private:
  std::string path_;
  int fd_;
};

base::Result<> bring(const Source& source, const ModelFile& file, const std::string& path, const Progress& progress) {
  std::error_code ec;
  fs::create_directories(fs::path(path).parent_path(), ec);
  std::uint64_t have = fs::is_regular_file(path, ec) ? fs::file_size(path, ec) : 0;
  if (have == file.bytes) {
    if (verify_file(path, file)) return {};
    have = 0;
  }
  if (have > file.bytes) have = 0;
  Output out(path);
  std::uint64_t got = have;
  auto ok = source.read(
      file.path, have,
      [&](std::uint64_t start) {
    got = start;
    return out.begin(start);
  },
      [&](std::string_view piece) -> base::Result<> {
    // A server that sends more than was promised is stopped at once, not at the end of the disk.
    if (got + piece.size() > file.bytes) return base::fail(ErrorCode::kDataLoss, file.path + " is longer than the manifest promises");
    got += piece.size();
    if (progress) progress(file.path, got, file.bytes);
    return out.write(piece);
  });
  if (!ok) {
    if (ok.error().code == ErrorCode::kDataLoss) fs::remove(path, ec);
    return ok;
  }
  if (auto kept = out.keep(); !kept) return kept;
  auto checked = verify_file(path, file);
  // Continuing a wrong file would never make it right. A short one is continued.
  if (!checked && got >= file.bytes) fs::remove(path, ec);
  if (!checked && got < file.bytes) return base::fail(ErrorCode::kUnavailable, file.path + " was cut off at " + std::to_string(got) + " of " + std::to_string(file.bytes) + " bytes: run the same command again to continue");
  return checked;
}

}  // namespace

base::Result<std::string> install(const std::string& place, const InstallOptions& options, const AcceptLicence& accept, const Progress& progress) {
  std::error_code ec;
  if (!is_address(place) && !fs::is_directory(place, ec)) return base::fail(ErrorCode::kNotFound, place + " is neither a folder nor an http(s) address");
  const Source source(place, options);
  auto text = source.small(kManifestName, kMaxManifest);
  if (!text) return base::fail(text.error());
  auto manifest = parse_manifest(*text);
  if (!manifest) return base::fail(manifest.error());
  const fs::path target = fs::path(options.models_dir) / manifest->name;
  if (!options.replace && fs::exists(target, ec)) return base::fail(ErrorCode::kConflict, "a model named " + manifest->name + " is installed already: verify it, or replace it with --replace");

  std::string licence;
  if (!manifest->licence_file.empty()) {
    auto read = source.small(manifest->licence_file, kMaxLicence);
    if (!read) return base::fail(read.error());
    licence = std::move(*read);
  }
  if (!accept(*manifest, licence)) return base::fail(ErrorCode::kPermissionDenied, "the licence of " + manifest->name + " (" + manifest->licence + ") was not accepted: nothing is installed");

  const fs::path partial = fs::path(options.models_dir) / (".partial-" + manifest->name);
  fs::create_directories(options.models_dir, ec);
  // What an earlier attempt left belongs to the same manifest, or is worth nothing.
  const auto earlier = read_manifest(partial.string());
  if (!earlier || to_text(*earlier) != to_text(*manifest)) fs::remove_all(partial, ec);
  fs::create_directories(partial, ec);
  if (ec) return base::fail(ErrorCode::kUnavailable, "cannot make the folder " + partial.string() + ": " + ec.message());
  struct statvfs disk{};
  if (statvfs(partial.c_str(), &disk) == 0) {
    const auto free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    if (free < manifest->bytes() + kSpareDisk) return base::fail(ErrorCode::kResourceExhausted, "no room: the model needs " + std::to_string(manifest->bytes()) + " bytes and 256 MiB to spare, " + std::to_string(free) + " are free");
  }
  {
    Output out((partial / kManifestName).string());
    if (auto ok = out.begin(0); !ok) return base::fail(ok.error());
    if (auto ok = out.write(to_text(*manifest)); !ok) return base::fail(ok.error());
    if (auto ok = out.keep(); !ok) return base::fail(ok.error());
  }
  for (const auto& file : manifest->files) {
    if (auto ok = bring(source, file, (partial / file.path).string(), progress); !ok) return base::fail(ok.error(), manifest->name);
  }
  // In place of the old one only now that all of the new one is there.
  const fs::path old = fs::path(options.models_dir) / (".old-" + manifest->name);
  fs::remove_all(old, ec);
  if (fs::exists(target, ec)) fs::rename(target, old, ec);
  fs::rename(partial, target, ec);
  if (ec) return base::fail(ErrorCode::kUnavailable, "cannot put the model in its place: " + ec.message());
  fs::remove_all(old, ec);
  return target.string();
}

}  // namespace mamori::models
