#include <fmt/format.h>
#include <mutex>
#include <vector>

#include "shortener/store/link_store.h"
#include "shortener/store/sqlite_connection.h"

namespace trunkline::shortener {
namespace {

using base::Kind;
using base::Result;

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

  Result<> add(const Link& link) override {
    return with_connection([&](SqliteConnection& connection) -> Result<> {
      if (connection.insert.change(link.code, link.url, to_millis(link)) == 1) return {};
      return base::fail(Kind::conflict, fmt::format("the code \"{}\" is taken", link.code));
    });
  }

  Result<std::uint64_t> next_number() override {
    return with_connection([&](SqliteConnection& connection) -> Result<std::uint64_t> {
      connection.count_up.step();
      const auto number = static_cast<std::uint64_t>(connection.count_up.number(0));
      connection.count_up.finish();
      return number;
    });
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
  auto with_connection(Work work) -> decltype(work(std::declval<SqliteConnection&>())) {
    return guarded(path_, [&]() -> decltype(work(std::declval<SqliteConnection&>())) {
      std::unique_ptr<SqliteConnection> connection = take();
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
