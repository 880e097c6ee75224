#include "shortener/import/import.h"

#include <fmt/format.h>
#include <optional>

#include "base/core/text.h"
#include "shortener/import/csv.h"
#include "shortener/links/rules.h"

namespace trunkline::shortener {
namespace {

using base::Kind;
using base::Result;

constexpr std::uint64_t kProgressEvery = 10'000;

// Which field of a row holds what.
struct Columns {
  std::optional<size_t> code;
  std::optional<size_t> url;
  std::optional<size_t> created_at;
  size_t count = 0;
};

class Import {
 public:
  Import(std::istream& in, const std::string& name, BulkWriter& writer, const ImportOptions& options)
      : reader_(in, name), name_(name), writer_(writer), options_(options) {}

  Result<ImportCounts> run() {
    TRY(read_header());
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
    return base::fail(kind, std::move(message), {name_, field.where.line, field.where.column});
  }

  Result<> read_header() {
    TRY_ASSIGN(const bool more, reader_.next(row_));
    if (!more) return base::fail(Kind::invalid, "expected the header code,url[,created_at]", {name_, 1, 1});
    for (size_t i = 0; i < row_.size(); ++i) {
      std::optional<size_t>* column = nullptr;
      if (row_[i].text == "code") column = &columns_.code;
      if (row_[i].text == "url") column = &columns_.url;
      if (row_[i].text == "created_at") column = &columns_.created_at;
      if (column == nullptr) {
        return refuse(row_[i], fmt::format("unknown column \"{}\": expected code, url or created_at{}", row_[i].text,
                                           base::did_you_mean(row_[i].text, {"code", "url", "created_at"})));
      }
      if (*column) return refuse(row_[i], fmt::format("the column \"{}\" stands twice", row_[i].text));
      *column = i;
    }
    if (!columns_.code || !columns_.url) return refuse(row_[0], "expected the columns code and url");
    columns_.count = row_.size();
    return {};
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

  CsvReader reader_;
  const std::string& name_;
  BulkWriter& writer_;
  const ImportOptions& options_;
  Columns columns_;
  std::vector<CsvField> row_;
  Link link_;
  ImportCounts counts_;
};

}  // namespace

Result<ImportCounts> import_links(std::istream& in, const std::string& name, BulkWriter& writer,
                                  const ImportOptions& options) {
  return Import(in, name, writer, options).run();
}

}  // namespace trunkline::shortener
