#pragma once

#include <Poco/Data/Session.h>
#include <Poco/Exception.h>
#include <string>

#include "base/core/result.h"
#include "shortener/store/sqlite_statement.h"

// Private to the store.
namespace trunkline::shortener {

// One session and its prepared statements. For one thread at a time.
struct SqliteConnection {
  explicit SqliteConnection(const std::string& path);

  void run(const std::string& sql);

  Poco::Data::Session session;
  SqliteStatement find;      // (code) -> url, created_at_ms
  SqliteStatement insert;    // (code, url, created_at_ms); of a code that is taken: no row
  SqliteStatement update;    // (code, url, created_at_ms)
  SqliteStatement count_up;  // () -> number
};

// Makes the tables in a new file. Kind::unavailable where the file is something else or of a later version.
base::Result<> prepare_schema(const std::string& path);

// Kind::unavailable with the reason if the file has not the schema that this program knows.
base::Result<> check_schema(Poco::Data::Session& session, const std::string& path);

base::Error to_error(const Poco::Exception& exception, const std::string& path);

// Runs `work`, which talks to Poco, and turns its exceptions into errors.
template <typename Work>
auto guarded(const std::string& path, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const Poco::Exception& exception) {
    return base::fail(to_error(exception, path));
  }
}

}  // namespace trunkline::shortener
