// A connection to the database of Mamori: SQLite (a file, the default) or PostgreSQL 15, through SOCI, with the same SQL.
#pragma once

#include <soci/soci.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mamori::store {

// One connection. Not thread-safe: one thread at a time. SOCI's exceptions are caught in guard() below, never above.
class Database {
 public:
  // `address`: "sqlite:/path/to/mamori.db" or "postgresql:host=... dbname=..." (libpq keywords).
  // SQLite is opened in WAL mode with synchronous=FULL: an acknowledged commit survives a power cut.
  static base::Result<std::unique_ptr<Database>> open(const std::string& address);

  // Brings the schema up to this program's version, each migration in a transaction. A database newer than the program
  // is refused.
  base::Result<> migrate();

  soci::session& session() { return session_; }
  [[nodiscard]] bool is_sqlite() const { return sqlite_; }

  // A random id that the database keeps for life: names this installation in the journal.
  base::Result<std::string> node_id();

 private:
  Database() = default;
  soci::session session_;
  bool sqlite_ = true;
};

// Turns what a database library threw into an Error: full disk, read-only file, lost server, locked, conflict.
base::Error database_error(const std::exception& error);

// Runs `work` and returns its value, or the error that it threw.
template <typename Work>
auto guard(Work&& work) -> base::Result<decltype(work())> {
  try {
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const std::exception& error) {
    return base::fail(database_error(error));
  }
}

}  // namespace mamori::store
