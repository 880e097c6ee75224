#include <Poco/Data/DataException.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <mutex>
#include <sqlite3.h>
#include <thread>
#include <vector>

#include "base/core/clock.h"
#include "base/core/files.h"
#include "shortener/store/link_store.h"
#include "shortener/store/sqlite_statement.h"

namespace trunkline::shortener {
namespace {

using base::Kind;
using base::Result;
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
  session << fmt::format("PRAGMA busy_timeout={}", kLongestLockWait.count()), now;
  for (const char* pragma : {"PRAGMA synchronous=FULL", "PRAGMA mmap_size=268435456"}) session << pragma, now;
  return session;
}

// Poco tries for a minute what cannot be opened, and does not say why it could not.
base::Result<> check_file(const std::string& path) {
  const base::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (file) return {};
  return base::fail(base::Kind::unavailable, base::system_error("store " + path, errno).message);
}

// How one connection waits for a lock of another process. SQLite's own busy_timeout cannot be ended early.
class LockWait {
 public:
  // `keep_waiting` is used until the next call. Null: kLongestLockWait.
  void prepare(const KeepWaiting* keep_waiting) { keep_waiting_ = keep_waiting; }

  // SQLite's busy handler; `attempt` counts from 0 for each lock. 0 gives up.
  static int attempt(void* self, int attempt) { return static_cast<LockWait*>(self)->pause(attempt) ? 1 : 0; }

 private:
  bool pause(int attempt) {
    const base::SteadyTime time = base::system_clock().steady();
    if (attempt == 0) begun_ = time;
    if (keep_waiting_ != nullptr ? !(*keep_waiting_)() : time - begun_ >= kLongestLockWait) return false;
    std::this_thread::sleep_for(base::Millis(std::min(attempt + 1, 10)));
    return true;
  }

  const KeepWaiting* keep_waiting_ = nullptr;
  base::SteadyTime begun_;
};

// One session and its prepared statements. For one thread at a time.
struct SqliteConnection {
  explicit SqliteConnection(const std::string& path);
  SqliteConnection(const SqliteConnection&) = delete;

  void run(const std::string& sql);

  LockWait wait;
  Poco::Data::Session session;
  SqliteStatement find;      // (code) -> url, created_at_ms
  SqliteStatement insert;    // (code, url, created_at_ms); of a code that is taken: no row
  SqliteStatement update;    // (code, url, created_at_ms)
  SqliteStatement count_up;  // () -> number
};

SqliteConnection::SqliteConnection(const std::string& path)
    : session(open_session(path)),
      find(handle(session), "SELECT url, created_at_ms FROM links WHERE code = ?1"),
      insert(handle(session), "INSERT OR IGNORE INTO links (code, url, created_at_ms) VALUES (?1, ?2, ?3)"),
      update(handle(session), "UPDATE links SET url = ?2, created_at_ms = ?3 WHERE code = ?1"),
      count_up(handle(session), "UPDATE counters SET value = value + 1 WHERE name = 'code' RETURNING value") {
  sqlite3_busy_handler(handle(session), &LockWait::attempt, &wait);
}

void SqliteConnection::run(const std::string& sql) {
  session << sql, now;
}

bool is_locked(const Poco::Exception& exception) {
  return dynamic_cast<const data::SQLite::DBLockedException*>(&exception) != nullptr ||
         dynamic_cast<const data::SQLite::TableLockedException*>(&exception) != nullptr;
}

base::Error to_error(const Poco::Exception& exception, const std::string& path) {
  if (is_locked(exception))
    return {base::Kind::unavailable, fmt::format("store {}: another process holds it locked", path)};
  return {base::Kind::io, fmt::format("store {}: {}", path, exception.displayText())};
}

// Runs `work`, which talks to Poco, and turns its exceptions into errors.
template <typename Work>
auto guarded(const std::string& path, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const Poco::Exception& exception) {
    return base::fail(to_error(exception, path));
  }
}

// Kind::unavailable with the reason if the file has not the schema that this program knows.
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

// SQLite does not wait for who changes the mode at the same time, whatever its timeout says: both might wait for each
// other.
void keep_a_log(data::Session& session) {
  const auto deadline = base::system_clock().steady() + kLongestLockWait;
  for (;;) {
    try {
      session << "PRAGMA journal_mode=WAL", now;
      return;
    } catch (const data::SQLite::SQLiteException& exception) {
      if (!is_locked(exception) || base::system_clock().steady() > deadline) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }
}

// Makes the tables in a new file. Kind::unavailable where the file is something else or of a later version.
base::Result<> prepare_schema(const std::string& path) {
  TRY(check_file(path));
  return guarded(path, [&]() -> base::Result<> {
    data::Session session = open_session(path);
    int tables = 0;
    session << "SELECT count(*) FROM sqlite_master", into(tables), now;
    if (tables > 0) return check_schema(session, path);
    keep_a_log(session);
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

std::int64_t to_millis(const Link& link) {
  return link.created_at.time_since_epoch().count();
}

// A connection of its own, for the transaction is its.
class SqliteBulkWriter final : public BulkWriter {
 public:
  SqliteBulkWriter(const std::string& path) : path_(path), connection_(path) {
    connection_.run("PRAGMA cache_size=-262144");  // KiB: the pages of a big import are random ones
    connection_.run("BEGIN IMMEDIATE");
  }

  ~SqliteBulkWriter() override {
    if (committed_) return;
    static_cast<void>(guarded(path_, [&]() -> Result<> { return connection_.run("ROLLBACK"), Result<>{}; }));
  }

  Result<bool> add(const Link& link) override {
    return guarded(
        path_, [&]() -> Result<bool> { return connection_.insert.change(link.code, link.url, to_millis(link)) == 1; });
  }

  Result<> replace(const Link& link) override {
    return guarded(path_, [&]() -> Result<> {
      connection_.update.change(link.code, link.url, to_millis(link));
      return {};
    });
  }

  Result<> commit() override {
    TRY(guarded(path_, [&]() -> Result<> { return connection_.run("COMMIT"), Result<>{}; }));
    committed_ = true;
    // Moves the log into the file now rather than at somebody's next write; whether it can does not matter.
    static_cast<void>(
        guarded(path_, [&]() -> Result<> { return connection_.run("PRAGMA wal_checkpoint(TRUNCATE)"), Result<>{}; }));
    return {};
  }

 private:
  std::string path_;
  SqliteConnection connection_;
  bool committed_ = false;
};

class SqliteStore final : public LinkStore {
 public:
  explicit SqliteStore(std::string path) : path_(std::move(path)) {}

  Result<Link> find(std::string_view code) override {
    return with_connection([&](SqliteConnection& connection) -> Result<Link> {
      SqliteStatement& find = connection.find;
      find.bind(1, code);
      const bool found = find.step();
      Link link;
      if (found) link = {std::string(code), find.text(0), base::WallTime(base::Millis(find.number(1)))};
      find.finish();
      if (!found) return base::fail(Kind::not_found, fmt::format("no link \"{}\"", code));
      return link;
    });
  }

  Result<> add(const Link& link, const KeepWaiting& keep_waiting) override {
    return with_connection(
        [&](SqliteConnection& connection) -> Result<> {
          if (connection.insert.change(link.code, link.url, to_millis(link)) == 1) return {};
          return base::fail(Kind::conflict, fmt::format("the code \"{}\" is taken", link.code));
        },
        &keep_waiting);
  }

  Result<std::uint64_t> next_number(const KeepWaiting& keep_waiting) override {
    return with_connection(
        [&](SqliteConnection& connection) -> Result<std::uint64_t> {
          connection.count_up.step();
          const auto number = static_cast<std::uint64_t>(connection.count_up.number(0));
          connection.count_up.finish();
          return number;
        },
        &keep_waiting);
  }

  Result<> check() override {
    return with_connection([&](SqliteConnection& connection) -> Result<> {
      TRY(check_schema(connection.session, path_));
      connection.run("SELECT code FROM links LIMIT 1");
      return {};
    });
  }

  Result<std::unique_ptr<BulkWriter>> bulk_writer() override {
    return guarded(path_,
                   [&]() -> Result<std::unique_ptr<BulkWriter>> { return std::make_unique<SqliteBulkWriter>(path_); });
  }

 private:
  // Lends a connection to one thread; there are as many as threads that ever worked at once.
  template <typename Work>
  auto with_connection(Work work, const KeepWaiting* keep_waiting = nullptr)
      -> decltype(work(std::declval<SqliteConnection&>())) {
    return guarded(path_, [&]() -> decltype(work(std::declval<SqliteConnection&>())) {
      std::unique_ptr<SqliteConnection> connection = take();
      connection->wait.prepare(keep_waiting);
      auto result = work(*connection);
      // After an exception it is dropped instead, with whatever state it was in.
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(connection));
      return result;
    });
  }

  std::unique_ptr<SqliteConnection> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
      }
    }
    return std::make_unique<SqliteConnection>(path_);
  }

  const std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
};

}  // namespace

Result<std::unique_ptr<LinkStore>> open_store(std::string_view name) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (!name.starts_with(kSqlite) || name.size() == kSqlite.size()) {
    return base::fail(Kind::usage, fmt::format("store \"{}\": expected sqlite:PATH", name));
  }
  const std::string path(name.substr(kSqlite.size()));
  TRY(prepare_schema(path));
  std::unique_ptr<LinkStore> store = std::make_unique<SqliteStore>(path);
  TRY(store->check());
  return store;
}

}  // namespace trunkline::shortener
