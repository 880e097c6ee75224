#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/options.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

struct ListOptions {
  FlagPlace place;
  bool json = false;
};

base::Json row(const Flag& flag) {
  base::JsonObject json{{"key", flag.key}, {"state", flag.enabled ? "ENABLED" : "DISABLED"}};
  if (flag.default_variant) json["default_variant"] = boost::json::string(*flag.default_variant);
  json["targeting"] = flag.rule.has_value();
  json["broken"] = flag.broken;
  json["metadata"] = flag.metadata;
  return json;
}

std::string cell(const Flag& flag, std::string_view name) {
  const auto* value = flag.metadata.if_contains(name);
  if (value == nullptr) return "-";
  return value->is_string() ? std::string(value->get_string()) : base::to_text(*value);
}

void print_table(const FlagSet& set) {
  std::vector<std::vector<std::string>> rows = {{"KEY", "STATE", "DEFAULT", "TARGETING", "OWNER", "KIND", "EXPIRES"}};
  for (const Flag& flag : set.flags()) {
    const std::string state = flag.broken ? "BROKEN" : flag.enabled ? "ENABLED" : "DISABLED";
    rows.push_back({flag.key, state, flag.default_variant.value_or("-"), flag.rule ? "yes" : "no", cell(flag, "owner"),
                    cell(flag, "kind"), cell(flag, "expires")});
  }
  base::cli::print(base::cli::format_table(rows));
}

base::Result<int> list(const ListOptions& options) {
  TRY_ASSIGN(FlagRepository repository, open_repository(options.place));
  TRY_ASSIGN(const FlagFile file, repository.read());
  TRY_ASSIGN(const FlagSet set, parse_flag_set(file.text, options.place.path));
  for (const base::Error& problem : set.problems()) base::cli::print_error("flagctl", problem);
  if (!options.json) {
    print_table(set);
    return 0;
  }
  for (const Flag& flag : set.flags()) base::cli::print_json(row(flag));
  return 0;
}

}  // namespace

void add_list(base::cli::Tool& tool) {
  auto options = std::make_shared<ListOptions>();
  auto command = tool.command("list", "list the flags");
  add_place_options(command, options->place);
  command.flag("--json", options->json, "print one JSON object a flag")
      .footer("flagctl list --repo ./flags")
      .action([options] { return list(*options); });
}

}  // namespace trunkline::flags
