// Result and Error: how every module reports that something did not work.
//
// A function that can fail returns Result<T>. The message is written for the person who can do something about it;
// context is added on the way up ("open recording: ..."). Exceptions stay at the edge of third-party libraries.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace mamori::base {

enum class ErrorCode {
  kInvalidArgument,  // the caller (a person, a peer, a file) gave something that cannot be accepted
  kNotFound,
  kConflict,  // the state of the thing does not allow it (already ended, changed meanwhile)
  kPermissionDenied,
  kUnauthenticated,
  kResourceExhausted,  // full disk, full queue, a limit reached
  kUnavailable,        // try again later: a role is down, a port is taken, a database is locked
  kDataLoss,           // stored bytes are not what was written
  kInternal,           // a fault of ours
};

std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;

  // The same error seen from one level up.
  [[nodiscard]] Error with_context(std::string_view context) const {
    return {code, std::string(context) + ": " + message};
  }
};

template <typename T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }
inline std::unexpected<Error> fail(const Error& error, std::string_view context) {
  return std::unexpected(error.with_context(context));
}

}  // namespace mamori::base
