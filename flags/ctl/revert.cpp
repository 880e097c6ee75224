#include <memory>

#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {
namespace {

struct RevertOptions {
  ChangeOptions change;
  std::string commit;
  std::optional<std::string> key;
};

base::Result<int> revert(const RevertOptions& options) {
  TRY_ASSIGN(FlagRepository repository, open_repository(options.change.place));
  TRY_ASSIGN(const ChangeResult result, repository.revert(options.commit, options.key, commit_options(options.change)));
  return print_result(result, options.change);
}

}  // namespace

void add_revert(base::cli::Tool& tool) {
  auto options = std::make_shared<RevertOptions>();
  auto command = tool.command("revert", "take back what a commit did to its flags, or to one of them");
  command.positional("COMMIT", options->commit, "its id, or the first digits of it")
      .positional("KEY", options->key, "only this flag");
  add_change_options(command, options->change);
  command.footer("flagctl revert 1f0c2ab --reason \"errors rose\"").action([options] { return revert(*options); });
}

}  // namespace trunkline::flags
