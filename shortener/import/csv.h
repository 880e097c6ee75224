#pragma once

#include <istream>
#include <string>
#include <vector>

#include "base/core/result.h"

namespace trunkline::shortener {

struct CsvField {
  std::string text;
  base::Where where;  // of its first byte; `file` is left empty
};

// Reads RFC 4180: commas, optional double quotes, "" for a quote inside, rows ended by LF or CRLF; quoted fields may
// span lines. A byte order mark and empty lines are skipped. Streams: memory is that of one row.
class CsvReader {
 public:
  // `name` stands in errors; `in` outlives this.
  CsvReader(std::istream& in, std::string name);

  // The next row into `row`, whose strings are used again; false at the end. Kind::invalid with the place for a quote
  // where none may stand, one that is not closed, and a field of more than 64 KiB, Kind::io for
  // a file that cannot be read to its end; the reader is of no use then.
  base::Result<bool> next(std::vector<CsvField>& row);

  const std::string& name() const { return name_; }

 private:
  base::Result<bool> next_row(std::vector<CsvField>& row);
  int peek();
  int take();
  base::Result<> read_field(CsvField& field);
  base::Result<> read_quoted(CsvField& field);
  base::Result<> add(CsvField& field, int c);
  tl::unexpected<base::Error> refuse(const base::Where& where, std::string message) const;
  base::Where here() const { return {{}, line_, column_}; }

  std::istream& in_;
  std::string name_;
  std::string buffer_;
  size_t position_ = 0;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace trunkline::shortener
