#include "shortener/ctl/import_command.h"

#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

#include "base/cli/progress.h"
#include "base/cli/terminal.h"
#include "base/cli/tool.h"
#include "base/core/files.h"
#include "shortener/import/import.h"

namespace trunkline::shortener {
namespace {

constexpr std::uint64_t kBadShown = 10;

OnConflict on_conflict(const std::string& word) {
  if (word == "skip") return OnConflict::skip;
  return word == "replace" ? OnConflict::replace : OnConflict::fail;
}

// Talk on stderr while it runs: bad rows, and a counter that overwrites itself on a terminal.
class Talk {
 public:
  void bad(const base::Error& error) {
    if (++bad_ > kBadShown) return;
    progress_.clear();
    fmt::print(stderr, "shortener: skipped: {}\n", base::to_string(error));
    if (bad_ == kBadShown) fmt::print(stderr, "shortener: further bad rows are only counted\n");
  }
  void progress(std::uint64_t rows) { progress_.show(rows); }
  void end() { progress_.clear(); }

 private:
  base::cli::Progress progress_{"rows"};
  std::uint64_t bad_ = 0;
};

void print_counts(const ImportCounts& counts, base::Millis took, bool json) {
  if (json) {
    base::cli::print_json(base::JsonObject{{"imported", counts.imported},
                                           {"skipped", counts.skipped},
                                           {"replaced", counts.replaced},
                                           {"bad", counts.bad},
                                           {"duration_ms", took.count()}});
    return;
  }
  base::cli::print(fmt::format("{} links imported in {}", counts.imported, base::format_duration(took)));
  if (counts.skipped > 0) base::cli::print(fmt::format(", {} skipped (code taken)", counts.skipped));
  if (counts.replaced > 0) base::cli::print(fmt::format(", {} replaced", counts.replaced));
  if (counts.bad > 0) base::cli::print(fmt::format(", {} bad rows skipped", counts.bad));
  base::cli::print("\n");
}

}  // namespace

base::Result<int> run_import(const ImportCommand& command) {
  const auto start = std::chrono::steady_clock::now();
  std::ifstream in(command.file, std::ios::binary);
  if (!in || std::filesystem::is_directory(command.file)) {
    base::Error error = base::system_error("read " + command.file, in ? EISDIR : errno);
    error.kind = base::Kind::usage;  // the wrong file was named
    return base::fail(std::move(error));
  }
  // Before the store is made: a wrong file leaves none behind.
  CsvReader reader(in, command.file);
  TRY_ASSIGN(const Columns columns, read_header(reader));
  TRY_ASSIGN(const auto store, open_store(command.store));
  TRY_ASSIGN(const auto writer, store->bulk_writer());
  Talk talk;
  const ImportOptions options{
      .on_conflict = on_conflict(command.on_conflict),
      .skip_bad = command.skip_bad,
      .now = base::system_clock().wall(),
      .report_bad = [&](const base::Error& error) { talk.bad(error); },
      .progress = [&](std::uint64_t rows) { talk.progress(rows); },
  };
  const auto counts = import_links(reader, columns, *writer, options);
  talk.end();
  if (!counts) return base::fail(counts.error());
  print_counts(*counts, std::chrono::floor<base::Millis>(std::chrono::steady_clock::now() - start), command.json);
  return 0;
}

}  // namespace trunkline::shortener
