#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/clock.h"
#include "base/json.h"

namespace mamori::base {
namespace {

std::string& role_name() {
  static std::string role = "mamori";  // set once by open_log, before threads
  return role;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

constexpr std::string_view kLevelNames[] = {"debug", "info", "warning", "error"};

}  // namespace

void open_log(std::string_view role, LogLevel least, const std::string& path) {
  role_name() = role;
  std::shared_ptr<spdlog::logger> logger;
  try {
    if (!path.empty()) logger = spdlog::basic_logger_mt("mamori", path);
  } catch (const spdlog::spdlog_ex&) {
    // An unwritable log file must not stop a call: fall back to standard error.
  }
  if (!logger) logger = spdlog::stderr_logger_mt("mamori");
  logger->set_pattern("%v");
  logger->set_level(to_spdlog(least));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void log(LogLevel level, std::string_view message, const LogFields& fields) {
  auto* logger = spdlog::default_logger_raw();
  if (!logger->should_log(to_spdlog(level))) return;
  json::object line;
  line["at"] = to_rfc3339(SystemClock{}.now());
  line["level"] = kLevelNames[static_cast<int>(level)];
  line["role"] = role_name();
  line["message"] = message;
  for (const auto& [key, value] : fields) line[key] = value;
  logger->log(to_spdlog(level), "{}", json::serialize(line));
}

}  // namespace mamori::base
