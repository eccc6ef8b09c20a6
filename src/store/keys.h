// Sealing of personal content: one key per contact, wrapped under the installation's master key.
//
// Cipher: XChaCha20-Poly1305-IETF (libsodium crypto_aead_xchacha20poly1305_ietf), random 24-byte nonce in front, the
// contact id as additional data. Text form: base64 (URL-safe, no padding). Destroying a contact's key erases its content.
// Thread-safe: values are immutable after creation.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mamori::store {

using Key = std::array<unsigned char, 32>;

class Keyring {
 public:
  // Reads the master key file, or makes it (mode 0600) if it is absent. A file that others can read is refused.
  static base::Result<Keyring> open(const std::string& path);
  static Keyring from_key(const Key& master);

  [[nodiscard]] static Key new_key();
  [[nodiscard]] std::string wrap(const Key& key, std::string_view contact) const;
  [[nodiscard]] base::Result<Key> unwrap(std::string_view wrapped, std::string_view contact) const;

  // Things that belong to no contact (block list numbers).
  [[nodiscard]] std::string seal(std::string_view plain, std::string_view purpose) const;
  [[nodiscard]] base::Result<std::string> open_sealed(std::string_view sealed, std::string_view purpose) const;

  // A keyed fingerprint of a phone number or address (BLAKE2b under a key derived from the master key): the same party
  // gives the same 32 hex characters, and nobody without the master key can go back.
  [[nodiscard]] std::string party_key(std::string_view number) const;

 private:
  explicit Keyring(const Key& master) : master_(master) {}
  Key master_;
};

std::string seal(const Key& key, std::string_view plain, std::string_view associated);
base::Result<std::string> open_sealed(const Key& key, std::string_view sealed, std::string_view associated);

// SHA-256 as 64 lower-case hex characters.
std::string sha256_hex(std::string_view bytes);

// argon2id, libsodium's "interactive" cost. Empty on failure (out of memory).
std::string hash_password(std::string_view password);
bool verify_password(std::string_view password, const std::string& hash);

}  // namespace mamori::store
