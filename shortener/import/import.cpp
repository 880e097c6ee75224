#include "shortener/import/import.h"

#include <fmt/format.h>

#include "base/core/text.h"
#include "shortener/links/rules.h"

namespace trunkline::shortener {
namespace {

using base::Kind;
using base::Result;

constexpr std::uint64_t kProgressEvery = 10'000;

tl::unexpected<base::Error> refuse_field(const CsvReader& reader, const CsvField& field, std::string message,
                                         Kind kind = Kind::invalid) {
  return base::fail(kind, std::move(message), {reader.name(), field.where.line, field.where.column});
}

class Import {
 public:
  Import(CsvReader& reader, const Columns& columns, BulkWriter& writer, const ImportOptions& options)
      : reader_(reader), columns_(columns), writer_(writer), options_(options) {}

  Result<ImportCounts> run() {
    for (std::uint64_t rows = 1;; ++rows) {
      TRY_ASSIGN(const bool more, reader_.next(row_));
      if (!more) break;
      TRY(take_row());
      if (rows % kProgressEvery == 0) options_.progress(rows);
    }
    TRY(writer_.commit());
    return counts_;
  }

 private:
  tl::unexpected<base::Error> refuse(const CsvField& field, std::string message, Kind kind = Kind::invalid) const {
    return refuse_field(reader_, field, std::move(message), kind);
  }

  Result<> read_link() {
    if (row_.size() != columns_.count) {
      return refuse(row_.back(), fmt::format("{} fields, expected {} as in the header", row_.size(), columns_.count));
    }
    const CsvField& code = row_[*columns_.code];
    const CsvField& url = row_[*columns_.url];
    if (const auto fine = check_alias(code.text); !fine) return refuse(code, fine.error().message);
    if (const auto fine = check_url(url.text); !fine) return refuse(url, fine.error().message);
    link_.code = code.text;
    link_.url = url.text;
    link_.created_at = options_.now;
    if (columns_.created_at && !row_[*columns_.created_at].text.empty()) {
      const CsvField& field = row_[*columns_.created_at];
      const auto time = base::parse_iso8601(field.text);
      if (!time) return refuse(field, "created_at: " + time.error().message);
      link_.created_at = *time;
    }
    return {};
  }

  Result<> take_row() {
    if (const auto good = read_link(); !good) {
      if (!options_.skip_bad) return good;
      ++counts_.bad;
      options_.report_bad(good.error());
      return {};
    }
    TRY_ASSIGN(const bool added, writer_.add(link_));
    if (added) {
      ++counts_.imported;
      return {};
    }
    switch (options_.on_conflict) {
      case OnConflict::fail:
        return refuse(row_[*columns_.code], fmt::format("the code \"{}\" is taken", link_.code), Kind::conflict);
      case OnConflict::skip:
        ++counts_.skipped;
        return {};
      case OnConflict::replace:
        ++counts_.replaced;
        return writer_.replace(link_);
    }
    return {};
  }

  CsvReader& reader_;
  const Columns& columns_;
  BulkWriter& writer_;
  const ImportOptions& options_;
  std::vector<CsvField> row_;
  Link link_;
  ImportCounts counts_;
};

}  // namespace

Result<Columns> read_header(CsvReader& reader) {
  std::vector<CsvField> row;
  TRY_ASSIGN(const bool more, reader.next(row));
  if (!more) return base::fail(Kind::invalid, "expected the header code,url[,created_at]", {reader.name(), 1, 1});
  Columns columns{.code = {}, .url = {}, .created_at = {}, .count = row.size()};
  for (size_t i = 0; i < row.size(); ++i) {
    std::optional<size_t>* column = nullptr;
    if (row[i].text == "code") column = &columns.code;
    if (row[i].text == "url") column = &columns.url;
    if (row[i].text == "created_at") column = &columns.created_at;
    if (column == nullptr) {
      return refuse_field(reader, row[i],
                          fmt::format("unknown column \"{}\": expected code, url or created_at{}", row[i].text,
                                      base::did_you_mean(row[i].text, {"code", "url", "created_at"})));
    }
    if (*column) return refuse_field(reader, row[i], fmt::format("the column \"{}\" stands twice", row[i].text));
    *column = i;
  }
  if (!columns.code || !columns.url) return refuse_field(reader, row[0], "expected the columns code and url");
  return columns;
}

Result<ImportCounts> import_links(CsvReader& reader, const Columns& columns, BulkWriter& writer,
                                  const ImportOptions& options) {
  return Import(reader, columns, writer, options).run();
}

}  // namespace trunkline::shortener
