#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/code.h"
#include "flags/ctl/commands.h"

namespace trunkline::flags {
namespace {

struct RefsOptions {
  std::vector<std::string> keys;
  std::string code;
  bool json = false;
};

base::Result<int> refs(const RefsOptions& options) {
  if (options.keys.empty()) return base::fail(base::Kind::usage, "expected the keys of flags");
  TRY_ASSIGN(CodeRepository code, open_code(options.code));
  TRY_ASSIGN(const auto files, search_code(code, options.keys));
  TRY_ASSIGN(const auto references, code.references(files));
  for (const Reference& reference : references) {
    if (options.json) {
      base::cli::print_json(to_json(reference));
    } else {
      base::cli::print(fmt::format("{}: {}  ({})\n", place_of(reference), reference.text, change_of(reference)));
    }
  }
  return references.empty() ? 1 : 0;
}

}  // namespace

void add_refs(base::cli::Tool& tool) {
  auto options = std::make_shared<RefsOptions>();
  auto command = tool.command("refs", "find the places in code that name flags; exit 1 if there is none");
  command.positional("KEY", options->keys, "the flags")
      .option("--code", options->code, "DIR", "the repository that holds the code")
      .required()
      .flag("--json", options->json, "print one JSON object a place")
      .footer("flagctl refs new-page --code ~/src/shop")
      .action([options] { return refs(*options); });
}

}  // namespace trunkline::flags
