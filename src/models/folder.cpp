#include "models/folder.h"

#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

namespace mamori::models {

namespace fs = std::filesystem;
using base::ErrorCode;

base::Result<Manifest> read_manifest(const std::string& folder) {
  const fs::path path = fs::path(folder) / kManifestName;
  std::error_code ec;
  if (!fs::is_regular_file(path, ec)) return base::fail(ErrorCode::kNotFound, path.string() + " is not there: this is no model folder");
  if (fs::file_size(path, ec) > kMaxManifest || ec) return base::fail(ErrorCode::kInvalidArgument, path.string() + " is too large");
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  auto manifest = parse_manifest(text);
  if (!manifest) return base::fail(manifest.error(), folder);
  return manifest;
}

base::Result<std::string> sha256_of(const std::string& path, const std::function<void(std::uint64_t)>& progress) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return base::fail(ErrorCode::kNotFound, path + " cannot be read");
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::vector<char> buffer(1u << 20);
  std::uint64_t done = 0;
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    if (in.gcount() <= 0) break;
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(in.gcount()));
    done += static_cast<std::uint64_t>(in.gcount());
    if (progress) progress(done);
  }
  if (in.bad()) return base::fail(ErrorCode::kUnavailable, path + " cannot be read to the end");
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

base::Result<> verify_file(const std::string& path, const ModelFile& file, const Progress& progress) {
  std::error_code ec;
  // A link could point anywhere; what is installed here never has one.
  if (!fs::is_regular_file(fs::symlink_status(path, ec))) return base::fail(ErrorCode::kNotFound, file.path + " is missing");
  const auto size = fs::file_size(path, ec);
  if (ec) return base::fail(ErrorCode::kNotFound, file.path + ": " + ec.message());
  if (size != file.bytes) {
    return base::fail(ErrorCode::kDataLoss, file.path + (size < file.bytes ? " is truncated: " : " is too long: ") + std::to_string(size) + " bytes instead of " + std::to_string(file.bytes));
  }
  auto hash = sha256_of(path, [&](std::uint64_t done) {
    if (progress) progress(file.path, done, file.bytes);
  });
  if (!hash) return base::fail(hash.error());
  if (*hash != file.sha256) return base::fail(ErrorCode::kDataLoss, file.path + " is not what the manifest promises: its SHA-256 is " + *hash + " instead of " + file.sha256);
  return {};
}

base::Result<> verify(const std::string& folder, const Manifest& manifest, const Progress& progress) {
  for (const auto& file : manifest.files) {
    if (auto ok = verify_file((fs::path(folder) / file.path).string(), file, progress); !ok) return base::fail(ok.error(), manifest.name);
  }
  return {};
}

std::vector<Installed> list(const std::string& models_dir) {
  std::vector<Installed> out;
  std::error_code ec;
  for (auto it = fs::directory_iterator(models_dir, ec); !ec && it != fs::directory_iterator(); it.increment(ec)) {
    if (!it->is_directory(ec) || it->path().filename().string().starts_with('.')) continue;
    if (!fs::exists(it->path() / kManifestName, ec)) continue;
    out.push_back({it->path().string(), read_manifest(it->path().string())});
  }
  std::ranges::sort(out, {}, &Installed::folder);
  return out;
}

}  // namespace mamori::models
