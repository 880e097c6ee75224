#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "base/core/text.h"
#include "flags/change/flag_file.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {
namespace {

struct ShowOptions {
  FlagPlace place;
  std::string key;
  bool json = false;
};

base::Json last_change_json(const base::CommitInfo& commit) {
  return {{"commit", boost::json::string(commit.id)},
          {"author", boost::json::string(commit.author.name)},
          {"committed_at", boost::json::string(base::to_iso8601(commit.committed_at))},
          {"message", boost::json::string(commit.message)}};
}

void print_flag(const std::string& key, const base::Json& definition, const base::CommitInfo& commit) {
  base::cli::print(fmt::format("{}\n{}last change of the file: {} by {} at {}\n  {}\n", key,
                               base::to_pretty_text(definition), commit.id.substr(0, 12), commit.author.name,
                               base::to_iso8601(commit.committed_at),
                               commit.message.substr(0, commit.message.find('\n'))));
}

base::Result<int> show(const ShowOptions& options) {
  TRY_ASSIGN(FlagRepository repository, open_repository(options.place));
  TRY_ASSIGN(const FlagFile file, repository.read());
  TRY_ASSIGN(const base::Json document, read_flag_document(file.text, options.place.path));
  const auto definition = find_definition(document, options.key);
  if (!definition) {
    const auto keys = flag_keys(document);
    return base::fail(
        base::Kind::not_found,
        fmt::format("no flag \"{}\"{}", options.key, base::did_you_mean(options.key, {keys.begin(), keys.end()})),
        {options.place.path, 0, 0});
  }
  TRY_ASSIGN(const base::CommitInfo commit, repository.last_change());
  if (options.json) {
    base::cli::print_json({{"key", boost::json::string(options.key)},
                           {"definition", *definition},
                           {"last_change", last_change_json(commit)}});
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
  command.flag("--json", options->json, "print the flag as JSON").action([options] { return show(*options); });
}

}  // namespace trunkline::flags
