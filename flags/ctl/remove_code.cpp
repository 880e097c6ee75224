#include "flags/ctl/remove_code.h"

#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "base/git/diff.h"
#include "flags/ctl/code.h"
#include "flags/ctl/flag_input.h"
#include "flags/references/removal.h"
#include "flags/references/stale.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Kind;
using base::Result;

Result<Json> fixed_value(const CodeRemoval& removal) {
  if (removal.value) return base::parse_json(*removal.value, "--value");
  TRY_ASSIGN(const FlagSet set, read_flags({removal.place, std::nullopt}));
  const Flag* flag = set.find(removal.key);
  if (flag == nullptr) {
    return base::fail(Kind::not_found, fmt::format("no flag \"{}\"; say its value by --value JSON", removal.key),
                      {removal.place.path, 0, 0});
  }
  // A rule may have one result and still give the default to whoever it cannot put into a bucket.
  const std::string variant = flag->rule ? std::string() : only_variant(*flag);
  if (variant.empty()) {
    return base::fail(Kind::conflict,
                      fmt::format("flag \"{}\" has not one value for everybody (it is {}); settle it first, or say its "
                                  "value by --value JSON",
                                  removal.key,
                                  flag->broken     ? "broken"
                                  : !flag->enabled ? "disabled"
                                  : flag->rule     ? "targeted"
                                                   : "without a default variant"),
                      {removal.place.path, 0, 0});
  }
  return flag->find_variant(variant)->value;
}

struct Outcome {
  std::string diff;
  base::JsonArray left;
};

void leave(const std::string& path, int line, int column, const std::string& reason, bool json, Outcome& outcome) {
  outcome.left.push_back({{"file", boost::json::string(path)},
                          {"line", line},
                          {"column", column},
                          {"reason", boost::json::string(reason)}});
  if (!json) fmt::print(stderr, "{}:{}:{}: left to you: {}\n", path, line, column, reason);
}

Result<> remove_from(const CodeFile& file, const CodeRemoval& removal, const Json& value, Outcome& outcome) {
  if (language_of(file.path) != Language::cpp) {
    for (const KeyUse& use : file.uses) {
      leave(file.path, use.line, use.column, "it is not C++", removal.json, outcome);
    }
    return {};
  }
  const Removal removed = remove_flag(file.text, removal.key, value);
  for (const LeftSite& site : removed.left) {
    leave(file.path, site.line, site.column, site.reason, removal.json, outcome);
  }
  TRY_ASSIGN(const std::string diff, base::unified_diff(file.path, file.text, removed.text));
  outcome.diff += diff;
  return {};
}

}  // namespace

Result<int> remove_from_code(const CodeRemoval& removal) {
  TRY_ASSIGN(const Json value, fixed_value(removal));
  TRY_ASSIGN(CodeRepository code, open_code(removal.code));
  TRY_ASSIGN(const auto files, search_code(code, {removal.key}));
  Outcome outcome;
  for (const CodeFile& file : files) TRY(remove_from(file, removal, value, outcome));
  if (removal.json) {
    base::cli::print_json({{"key", boost::json::string(removal.key)},
                           {"value", value},
                           {"diff", boost::json::string(outcome.diff)},
                           {"left", std::move(outcome.left)}});
  } else {
    base::cli::print(outcome.diff);
    if (files.empty()) fmt::print(stderr, "flagctl: no code names {}\n", removal.key);
  }
  return 0;
}

}  // namespace trunkline::flags
