#include "store/database.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <vector>

#include "base/ids.h"
#include "store/migrations.h"

namespace mamori::store {
namespace {

using base::ErrorCode;

std::vector<std::string> statements(std::string_view sql) {
  std::vector<std::string> out;
  std::string current;
  while (!sql.empty()) {
    const auto eol = sql.find('\n');
    const auto line = sql.substr(0, eol);
    sql = eol == std::string_view::npos ? std::string_view{} : sql.substr(eol + 1);
    if (line.starts_with("--")) continue;
    current += line;
    current += '\n';
    if (line.ends_with(';')) {
      current.erase(current.rfind(';'));
      out.push_back(std::move(current));
      current.clear();
    }
  }
  return out;
}

}  // namespace

base::Error database_error(const std::exception& error) {
  const std::string what = error.what();
  const auto has = [&](std::string_view part) { return what.find(part) != std::string::npos; };
  if (has("disk is full") || has("No space left") || has("disk full")) {
    return {ErrorCode::kResourceExhausted, "the disk of the database is full: free some space (" + what + ")"};
  }
  if (has("readonly") || has("read-only")) {
    return {ErrorCode::kUnavailable, "the database cannot be written, it is read-only: check the owner and rights of the file and its folder (" + what + ")"};
  }
  if (has("UNIQUE") || has("duplicate key")) return {ErrorCode::kConflict, "already there (" + what + ")"};
  if (has("malformed") || has("not a database")) {
    return {ErrorCode::kDataLoss, "the database file is damaged: restore it from a backup (" + what + ")"};
  }
  return {ErrorCode::kUnavailable, "database: " + what};
}

base::Result<std::unique_ptr<Database>> Database::open(const std::string& address) {
  auto database = std::unique_ptr<Database>(new Database);
  const auto colon = address.find(':');
  const std::string kind = address.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : address.substr(colon + 1);
  if ((kind != "sqlite" && kind != "postgresql") || rest.empty()) {
    return base::fail(ErrorCode::kInvalidArgument,
                      "database address must be sqlite:FILE or postgresql:KEYWORDS, not \"" + kind + ":…\"");
  }
  auto opened = guard([&] {
    auto& sql = database->session_;
    if (kind == "sqlite") {
      sql.open(soci::sqlite3, "db=\"" + rest + "\" timeout=10");
      std::string mode;
      sql << "PRAGMA journal_mode=WAL", soci::into(mode);
      sql << "PRAGMA synchronous=FULL";
      sql << "PRAGMA foreign_keys=ON";
      sql << "PRAGMA secure_delete=ON";
    } else {
      database->sqlite_ = false;
      sql.open(soci::postgresql, rest);
    }
  });
  if (!opened) return base::fail(opened.error(), "open " + (kind == "sqlite" ? rest : kind));
  return database;
}

base::Result<> Database::migrate() {
  auto done = guard([&]() -> int {
    auto& sql = session_;
    sql << "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)";
    std::string version = "0";
    soci::indicator ind = soci::i_null;
    sql << "SELECT value FROM meta WHERE name = 'schema'", soci::into(version, ind);
    int at = sql.got_data() ? std::stoi(version) : 0;
    const auto list = migrations();
    if (at > static_cast<int>(list.size())) return at;
    for (; at < static_cast<int>(list.size()); ++at) {
      soci::transaction transaction(sql);
      for (const auto& statement : statements(list[static_cast<std::size_t>(at)])) sql << statement;
      const std::string now = std::to_string(at + 1);
      sql << "DELETE FROM meta WHERE name = 'schema'";
      sql << "INSERT INTO meta (name, value) VALUES ('schema', :v)", soci::use(now);
      transaction.commit();
    }
    return 0;
  });
  if (!done) return base::fail(done.error(), "migrate the database");
  if (*done != 0) {
    return base::fail(ErrorCode::kConflict, "the database has schema " + std::to_string(*done) +
                                                ", newer than this program: install the newer Mamori");
  }
  return {};
}

base::Result<std::string> Database::node_id() {
  return guard([&] {
    std::string node;
    session_ << "SELECT value FROM meta WHERE name = 'node'", soci::into(node);
    if (!session_.got_data()) {
      node = base::random_hex(4);
      session_ << "INSERT INTO meta (name, value) VALUES ('node', :n)", soci::use(node);
    }
    return node;
  });
}

}  // namespace mamori::store
