#include "flags/ctl/flag_input.h"

#include "flags/ctl/input.h"
#include "flags/ctl/options.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

base::Result<FlagSet> read(const FlagInput& input) {
  if (input.file) {
    TRY_ASSIGN(const std::string text, read_named_file(*input.file));
    return parse_flag_set(text, *input.file);
  }
  if (input.place.repository.empty()) {
    return base::fail(base::Kind::usage, "expected --flags FILE or --repo DIR|URL (or TRUNKLINE_FLAGS_REPO)");
  }
  TRY_ASSIGN(FlagRepository repository, open_repository(input.place));
  TRY_ASSIGN(const FlagFile file, repository.read());
  return parse_flag_set(file.text, input.place.path);
}

}  // namespace

void add_flag_input(base::cli::Command& command, FlagInput& input) {
  command.option("--flags", input.file, "FILE", "a flag file, instead of a repository");
  add_place_options(command, input.place);
}

base::Result<FlagSet> read_flags(const FlagInput& input) {
  TRY_ASSIGN(FlagSet set, read(input));
  for (const base::Error& problem : set.problems()) base::cli::print_error("flagctl", problem);
  return set;
}

}  // namespace trunkline::flags
