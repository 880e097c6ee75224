#include "shortener/store/sqlite_connection.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>

#include "base/core/files.h"

namespace trunkline::shortener {
namespace {

namespace data = Poco::Data;
using data::Keywords::into;
using data::Keywords::now;

constexpr int kSchemaVersion = 1;

sqlite3* handle(const data::Session& session) {
  return data::SQLite::Utility::dbHandle(session);
}

data::Session open_session(const std::string& path) {
  static const bool registered = (data::SQLite::Connector::registerConnector(), true);
  static_cast<void>(registered);
  data::Session session("SQLite", path);
  // Busy first: the pragmas behind it may already meet another process. FULL: a commit is on the disk when it returns.
  for (const char* pragma : {"PRAGMA busy_timeout=5000", "PRAGMA synchronous=FULL", "PRAGMA mmap_size=268435456"}) {
    session << pragma, now;
  }
  return session;
}

// Poco tries for a minute what cannot be opened, and does not say why it could not.
base::Result<> check_file(const std::string& path) {
  const base::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (file) return {};
  return base::fail(base::Kind::unavailable, base::system_error("store " + path, errno).message);
}

}  // namespace

SqliteConnection::SqliteConnection(const std::string& path)
    : session(open_session(path)),
      find(handle(session), "SELECT url, created_at_ms FROM links WHERE code = ?1"),
      insert(handle(session), "INSERT OR IGNORE INTO links (code, url, created_at_ms) VALUES (?1, ?2, ?3)"),
      update(handle(session), "UPDATE links SET url = ?2, created_at_ms = ?3 WHERE code = ?1"),
      count_up(handle(session), "UPDATE counters SET value = value + 1 WHERE name = 'code' RETURNING value") {}

void SqliteConnection::run(const std::string& sql) {
  session << sql, now;
}

base::Result<> prepare_schema(const std::string& path) {
  TRY(check_file(path));
  return guarded(path, [&]() -> base::Result<> {
    data::Session session = open_session(path);
    int tables = 0;
    session << "SELECT count(*) FROM sqlite_master", into(tables), now;
    if (tables > 0) return check_schema(session, path);
    session << "PRAGMA journal_mode=WAL", now;
    session << "BEGIN IMMEDIATE", now;
    // Another instance may have been faster.
    session << "SELECT count(*) FROM sqlite_master", into(tables), now;
    if (tables == 0) {
      session << "CREATE TABLE links (code TEXT PRIMARY KEY, url TEXT NOT NULL, created_at_ms INTEGER NOT NULL)"
                 " WITHOUT ROWID",
          now;
      session << "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID", now;
      session << "INSERT INTO counters VALUES ('code', 0)", now;
      session << fmt::format("PRAGMA user_version={}", kSchemaVersion), now;
    }
    session << "COMMIT", now;
    return check_schema(session, path);
  });
}

base::Result<> check_schema(data::Session& session, const std::string& path) {
  return guarded(path, [&]() -> base::Result<> {
    int version = 0;
    session << "PRAGMA user_version", into(version), now;
    if (version == kSchemaVersion) return {};
    const std::string why =
        version == 0 ? "it is no store of links"
                     : fmt::format("its schema version is {}, this program knows {}", version, kSchemaVersion);
    return base::fail(base::Kind::unavailable, fmt::format("store {}: {}", path, why));
  });
}

base::Error to_error(const Poco::Exception& exception, const std::string& path) {
  const bool locked = dynamic_cast<const data::SQLite::DBLockedException*>(&exception) != nullptr ||
                      dynamic_cast<const data::SQLite::TableLockedException*>(&exception) != nullptr;
  if (locked) return {base::Kind::unavailable, fmt::format("store {}: another process holds it locked", path)};
  return {base::Kind::io, fmt::format("store {}: {}", path, exception.displayText())};
}

}  // namespace trunkline::shortener
