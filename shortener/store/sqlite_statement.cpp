#include "shortener/store/sqlite_statement.h"

#include <Poco/Data/SQLite/Utility.h>
#include <sqlite3.h>

namespace trunkline::shortener {

SqliteStatement::SqliteStatement(sqlite3* database, std::string_view sql) : database_(database) {
  check(sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement_,
                           nullptr));
}

SqliteStatement::~SqliteStatement() {
  sqlite3_finalize(statement_);
}

void SqliteStatement::check(int code) {
  if (code != SQLITE_OK) Poco::Data::SQLite::Utility::throwException(database_, code);
}

void SqliteStatement::bind(int index, std::string_view text) {
  check(sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), nullptr));
}

void SqliteStatement::bind(int index, std::int64_t number) {
  check(sqlite3_bind_int64(statement_, index, number));
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW || code == SQLITE_DONE) return code == SQLITE_ROW;
  finish();
  Poco::Data::SQLite::Utility::throwException(database_, code);
  return false;
}

std::string SqliteStatement::text(int column) const {
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
  return {reinterpret_cast<const char*>(sqlite3_column_text(statement_, column)), size};
}

std::int64_t SqliteStatement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

void SqliteStatement::finish() {
  sqlite3_reset(statement_);
}

int SqliteStatement::changes() const {
  return sqlite3_changes(database_);
}

}  // namespace trunkline::shortener
