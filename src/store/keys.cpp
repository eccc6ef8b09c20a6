#include "store/keys.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace mamori::store {
namespace {

using base::ErrorCode;

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

std::string to_hex(const unsigned char* data, std::size_t size) {
  std::string out(size * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), data, size);
  out.pop_back();
  return out;
}

}  // namespace

std::string seal(const Key& key, std::string_view plain, std::string_view associated) {
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  randombytes_buf(out, kNonce);
  unsigned long long written = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + kNonce, &written, bytes(plain), plain.size(), bytes(associated),
                                             associated.size(), nullptr, out, key.data());
  std::string text(sodium_base64_encoded_len(sealed.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), out, sealed.size(), kBase64);
  text.resize(std::strlen(text.c_str()));
  return text;
}

base::Result<std::string> open_sealed(const Key& key, std::string_view sealed, std::string_view associated) {
  std::string raw(sealed.size(), '\0');
  std::size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(raw.data()), raw.size(), sealed.data(), sealed.size(), nullptr,
                        &length, nullptr, kBase64) != 0 ||
      length < kNonce + kTag) {
    return base::fail(ErrorCode::kDataLoss, "sealed content is damaged");
  }
  std::string plain(length - kNonce - kTag, '\0');
  unsigned long long written = 0;
  const auto* in = bytes(raw);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), &written, nullptr,
                                                 in + kNonce, length - kNonce, bytes(associated), associated.size(), in,
                                                 key.data()) != 0) {
    return base::fail(ErrorCode::kDataLoss, "sealed content does not open: wrong key, or changed since it was stored");
  }
  return plain;
}

base::Result<Keyring> Keyring::open(const std::string& path) {
  if (sodium_init() < 0) return base::fail(ErrorCode::kInternal, "libsodium does not start");
  Key key{};
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) {
    key = new_key();
    fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, key.data(), key.size()) != static_cast<ssize_t>(key.size()) || fsync(fd) != 0) {
      const std::string why = std::strerror(errno);
      if (fd >= 0) close(fd);
      return base::fail(ErrorCode::kUnavailable, "cannot write the master key " + path + ": " + why);
    }
    close(fd);
    return Keyring(key);
  }
  if (fd < 0) return base::fail(ErrorCode::kUnavailable, "cannot read the master key " + path + ": " + std::strerror(errno));
  struct stat info{};
  const bool open_to_others = fstat(fd, &info) != 0 || (info.st_mode & 077) != 0;
  const ssize_t n = read(fd, key.data(), key.size());
  close(fd);
  if (open_to_others) {
    return base::fail(ErrorCode::kPermissionDenied, "the master key " + path + " can be read by others: chmod 600 " + path);
  }
  if (n != static_cast<ssize_t>(key.size())) {
    return base::fail(ErrorCode::kDataLoss, "the master key " + path + " is not 32 bytes: restore it from a backup");
  }
  return Keyring(key);
}

Keyring Keyring::from_key(const Key& master) {
  if (sodium_init() < 0) std::abort();
  return Keyring(master);
}

Key Keyring::new_key() {
  Key key{};
  randombytes_buf(key.data(), key.size());
  return key;
}

std::string Keyring::wrap(const Key& key, std::string_view contact) const {
  return store::seal(master_, {reinterpret_cast<const char*>(key.data()), key.size()}, contact);
}

base::Result<Key> Keyring::unwrap(std::string_view wrapped, std::string_view contact) const {
  auto plain = store::open_sealed(master_, wrapped, contact);
  if (!plain) return base::fail(plain.error());
  Key key{};
  if (plain->size() != key.size()) return base::fail(ErrorCode::kDataLoss, "a contact key is damaged");
  std::memcpy(key.data(), plain->data(), key.size());
  return key;
}

std::string Keyring::seal(std::string_view plain, std::string_view purpose) const { return store::seal(master_, plain, purpose); }
base::Result<std::string> Keyring::open_sealed(std::string_view sealed, std::string_view purpose) const {
  return store::open_sealed(master_, sealed, purpose);
}

std::string Keyring::party_key(std::string_view number) const {
  Key derived{};
  crypto_kdf_derive_from_key(derived.data(), derived.size(), 1, "mmparty", master_.data());
  unsigned char hash[16];
  crypto_generichash(hash, sizeof hash, bytes(number), number.size(), derived.data(), derived.size());
  return to_hex(hash, sizeof hash);
}

std::string sha256_hex(std::string_view text) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, bytes(text), text.size());
  return to_hex(hash, sizeof hash);
}

std::string hash_password(std::string_view password) {
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(out, password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return {};
  }
  return out;
}

bool verify_password(std::string_view password, const std::string& hash) {
  return !hash.empty() && crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

}  // namespace mamori::store
