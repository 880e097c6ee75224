#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

// Private to the store.
namespace trunkline::shortener {

// A statement that is compiled once: Poco::Data compiles its own at every execution, which costs more than the query.
// Failures are thrown as Poco's exceptions. For one thread at a time.
class SqliteStatement {
 public:
  // `database` outlives this.
  SqliteStatement(sqlite3* database, std::string_view sql);
  SqliteStatement(const SqliteStatement&) = delete;
  ~SqliteStatement();

  // Parameters count from 1. The text must live until finish().
  void bind(int index, std::string_view text);
  void bind(int index, std::int64_t number);

  // True if there is a row to read. Afterwards, in any case, finish().
  bool step();
  std::string text(int column) const;  // counts from 0
  std::int64_t number(int column) const;

  // Makes it ready for the next parameters and ends what it holds locked.
  void finish();

  // Binds, runs and finishes; how many rows were changed.
  template <typename... Values>
  int change(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    step();
    finish();
    return changes();
  }

 private:
  int changes() const;
  void check(int code);

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace trunkline::shortener
