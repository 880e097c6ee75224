#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/core/result.h"
#include "shortener/import/csv.h"
#include "shortener/store/link_store.h"

namespace trunkline::shortener {

// What happens to a row whose code is taken already, in the store or earlier in the file.
enum class OnConflict { fail, skip, replace };

struct ImportOptions {
  OnConflict on_conflict = OnConflict::fail;
  bool skip_bad = false;
  base::WallTime now;                                              // created_at of rows that have none
  std::function<void(const base::Error&)> report_bad;              // each row that was skipped because it is bad
  std::function<void(std::uint64_t rows)> progress = [](auto) {};  // now and then
};

struct ImportCounts {
  std::uint64_t imported = 0;
  std::uint64_t skipped = 0;  // the code was taken
  std::uint64_t replaced = 0;
  std::uint64_t bad = 0;

  bool operator==(const ImportCounts&) const = default;
};

// Which field of a row holds what.
struct Columns {
  std::optional<size_t> code;
  std::optional<size_t> url;
  std::optional<size_t> created_at;
  size_t count = 0;
};

// Reads the header of a CSV file (docs/formats/links-csv.md). Kind::invalid with its place where it is none.
base::Result<Columns> read_header(CsvReader& reader);

// Reads the rows below the header into `writer` and commits. Errors carry file:line:column: Kind::invalid for the CSV
// itself and (without skip_bad) a bad row; Kind::conflict for a taken code under OnConflict::fail; Kind::io for a file
// that cannot be read to its end; and the store's own. After an error nothing was imported.
base::Result<ImportCounts> import_links(CsvReader& reader, const Columns& columns, BulkWriter& writer,
                                        const ImportOptions& options);

}  // namespace trunkline::shortener
