#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/commit_text.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {
namespace {

struct ShowOptions {
  FlagPlace place;
  std::string key;
  bool json = false;
};

void print_flag(const std::string& key, const base::Json& definition, const base::CommitInfo& commit) {
  base::cli::print(fmt::format("{}\n{}last change of the file: {} by {} at {}\n  {}\n", key,
                               base::to_pretty_text(definition), commit.id.substr(0, 12), commit.author.name,
                               base::to_iso8601(commit.committed_at), summary_of(commit)));
}

base::Result<int> show(const ShowOptions& options) {
  TRY_ASSIGN(FlagRepository repository, open_repository(options.place));
  TRY_ASSIGN(const FlagFile file, repository.read());
  TRY_ASSIGN(const base::Json document, read_flag_document(file.text, options.place.path));
  const auto definition = find_definition(document, options.key);
  if (!definition) return base::fail(no_flag(document, options.key, options.place.path));
  TRY_ASSIGN(const base::CommitInfo commit, repository.last_change());
  if (options.json) {
    base::cli::print_json(
        {{"key", boost::json::string(options.key)}, {"definition", *definition}, {"last_change", to_json(commit)}});
  } else {
    print_flag(options.key, *definition, commit);
  }
  return 0;
}

}  // namespace

void add_show(base::cli::Tool& tool) {
  auto options = std::make_shared<ShowOptions>();
  auto command = tool.command("show", "show one flag and the last change of its file");
  command.positional("KEY", options->key, "the flag");
  add_place_options(command, options->place);
  command.flag("--json", options->json, "print the flag as JSON").footer("flagctl show new-page").action([options] {
    return show(*options);
  });
}

}  // namespace trunkline::flags
