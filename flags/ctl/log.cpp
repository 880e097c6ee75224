#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/commit_text.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Result;

struct LogOptions {
  FlagPlace place;
  std::optional<std::string> key;
  int64_t limit = 20;
  bool json = false;
};

std::string line_of(const base::CommitInfo& commit) {
  const std::string reason = trailer_of(commit, "Reason");
  return summary_of(commit) + (reason.empty() ? "" : fmt::format(" ({})", reason));
}

void print_table(const std::vector<HistoryEntry>& entries) {
  std::vector<std::vector<std::string>> rows = {{"COMMIT", "AT", "AUTHOR", "TICKET", "CHANGE"}};
  for (const auto& [commit, keys] : entries) {
    const std::string ticket = trailer_of(commit, "Ticket");
    // Git's clock has seconds only.
    rows.push_back({commit.id.substr(0, 12), base::to_iso8601(commit.committed_at).substr(0, 19) + "Z",
                    commit.author.name, ticket.empty() ? "-" : ticket, line_of(commit)});
  }
  base::cli::print(base::cli::format_table(rows));
}

Result<int> log(const LogOptions& options) {
  if (options.limit < 1) return base::fail(Kind::usage, "--limit: expected a number from 1 on");
  TRY_ASSIGN(FlagRepository repository, open_repository(options.place));
  TRY_ASSIGN(const auto entries, repository.history(options.key, static_cast<size_t>(options.limit)));
  if (options.key && entries.empty()) {
    TRY_ASSIGN(const FlagFile file, repository.read());
    TRY_ASSIGN(const base::Json document, read_flag_document(file.text, options.place.path));
    return base::fail(no_flag(document, *options.key, options.place.path));
  }
  if (!options.json) {
    print_table(entries);
    return 0;
  }
  for (const auto& [commit, keys] : entries) {
    base::JsonObject json = to_json(commit);
    json["keys"] = to_json(keys);
    base::cli::print_json(json);
  }
  return 0;
}

}  // namespace

void add_log(base::cli::Tool& tool) {
  auto options = std::make_shared<LogOptions>();
  auto command = tool.command("log", "tell who changed the flags, or one of them, when and why");
  command.positional("KEY", options->key, "only changes of this flag");
  add_place_options(command, options->place);
  command.option("--limit", options->limit, "N", "the newest N commits")
      .flag("--json", options->json, "print one JSON object a commit")
      .footer("flagctl log new-page --limit 5")
      .action([options] { return log(*options); });
}

}  // namespace trunkline::flags
