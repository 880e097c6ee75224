#include <charconv>
#include <fmt/format.h>
#include <memory>

#include "flags/ctl/commands.h"
#include "flags/ctl/input.h"
#include "flags/ctl/options.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Result;

struct TargetOptions {
  EditOptions edit;
  std::optional<std::string> rule;
  std::vector<std::string> shares;
  bool clear = false;
};

Result<SetShares> read_shares(const std::vector<std::string>& arguments) {
  SetShares action;
  for (const std::string& argument : arguments) {
    const size_t equals = argument.rfind('=');
    SetShares::Share share{argument.substr(0, equals)};
    const char* begin = argument.data() + (equals == std::string::npos ? argument.size() : equals + 1);
    const char* end = argument.data() + argument.size();
    const auto read = std::from_chars(begin, end, share.percent);
    if (share.variant.empty() || begin == end || read.ec != std::errc{} || read.ptr != end) {
      return base::fail(Kind::usage, fmt::format("--percent: expected VARIANT=N, got \"{}\"", argument));
    }
    action.shares.push_back(std::move(share));
  }
  return action;
}

Result<int> target(const TargetOptions& options) {
  EditOptions edit = options.edit;
  if ((options.rule ? 1 : 0) + (options.shares.empty() ? 0 : 1) + (options.clear ? 1 : 0) != 1) {
    return base::fail(Kind::usage, "expected one of --rule, --percent and --clear");
  }
  if (options.clear) edit.edit.action = SetTargeting{nullptr};
  if (options.rule) {
    TRY_ASSIGN(base::Json rule, read_json_argument(*options.rule, "--rule"));
    edit.edit.action = SetTargeting{std::move(rule)};
  }
  if (!options.shares.empty()) {
    TRY_ASSIGN(SetShares shares, read_shares(options.shares));
    edit.edit.action = std::move(shares);
  }
  return run_edit(edit);
}

}  // namespace

void add_target(base::cli::Tool& tool) {
  auto options = std::make_shared<TargetOptions>();
  auto command = tool.command("target", "say who gets which variant of a flag");
  add_edit_options(command, options->edit);
  command.option("--rule", options->rule, "JSON|@FILE", "the rule (JSONLogic)")
      .option("--percent", options->shares, "VARIANT=N",
              "the share of a variant; repeat it. The rest goes to the default variant")
      .flag("--clear", options->clear, "take the rule away: everybody gets the default variant")
      .footer(
          "flagctl target new-page --percent on=10 --reason \"first tenth\"\n"
          "flagctl target new-page --rule '{\"if\":[{\"==\":[{\"var\":\"tier\"},\"gold\"]},\"on\"]}'")
      .action([options] { return target(*options); });
}

}  // namespace trunkline::flags
