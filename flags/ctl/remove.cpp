#include <memory>

#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"
#include "flags/ctl/remove_code.h"

namespace trunkline::flags {
namespace {

struct RemoveOptions {
  EditOptions edit;
  std::optional<std::string> code;
  std::optional<std::string> value;
};

base::Result<int> remove(const RemoveOptions& options) {
  const ChangeOptions& change = options.edit.change;
  if (options.code) {
    return remove_from_code({change.place, options.edit.edit.key, *options.code, options.value, change.json});
  }
  if (options.value) return base::fail(base::Kind::usage, "--value goes with --code");
  return run_edit(options.edit);
}

}  // namespace

void add_remove(base::cli::Tool& tool) {
  auto options = std::make_shared<RemoveOptions>();
  options->edit.edit.action = Remove{};
  auto command = tool.command("remove", "take a flag out of the file, or print how to take it out of code");
  add_edit_options(command, options->edit);
  command.option("--code", options->code, "DIR", "only print a diff that takes the flag out of this repository's C++")
      .option("--value", options->value, "JSON", "with --code: what the flag is from now on, if it is not settled")
      .footer(
          "flagctl remove new-page --code ~/src/shop | git -C ~/src/shop apply\n"
          "flagctl remove new-page --reason \"on for everybody since May\" --ticket WEB-9")
      .action([options] { return remove(*options); });
}

}  // namespace trunkline::flags
