// Structured log: one JSON object per line on standard error (or a file), through spdlog.
//
// Never log what a person said, a number, a password or a token: log ids. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mamori::base {

enum class LogLevel { kDebug,
                      kInfo,
                      kWarning,
                      kError };

// Opens the log. `role` stands in every line. `path` empty: standard error. Call once, before threads start.
void open_log(std::string_view role, LogLevel least, const std::string& path = {});

using LogFields = std::vector<std::pair<std::string, std::string>>;
void log(LogLevel level, std::string_view message, const LogFields& fields = {});

inline void log_info(std::string_view m, const LogFields& f = {}) { log(LogLevel::kInfo, m, f); }
inline void log_warning(std::string_view m, const LogFields& f = {}) { log(LogLevel::kWarning, m, f); }
inline void log_error(std::string_view m, const LogFields& f = {}) { log(LogLevel::kError, m, f); }

}  // namespace mamori::base
