#include "flags/ctl/caveat.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "flags/definition/possible_variants.h"

namespace trunkline::flags {
namespace {

std::string disabled(const Flag& flag) {
  return fmt::format("{0} is disabled, so programs use their own default value; to let it decide: flagctl on {0}",
                     flag.key);
}

// The default variant is `name`; a rule may give others.
std::string rule_over(const Flag& flag, const std::string& name) {
  PossibleVariants possible = possible_variants(flag);
  possible.names.erase(name);
  if (possible.names.empty() && !possible.is_open) return "";
  const bool names_all = !possible.names.empty() && !possible.is_open;
  const std::string others =
      names_all ? fmt::format("still get {}", fmt::join(possible.names, ", ")) : "may still get another variant";
  return fmt::format("a rule of {0} decides: some users {1}; to give everybody {2}: flagctl target {0} --clear",
                     flag.key, others, name);
}

// The flag is enabled, and has no rule that could turn anything on.
std::string off_for_everybody(const Flag& flag) {
  if (flag.rule || !flag.default_variant) return "";
  const Variant* given = flag.find_variant(*flag.default_variant);
  if (given == nullptr || given->value != base::Json(false)) return "";
  for (const Variant& other : flag.variants) {
    if (other.value != base::Json(true)) continue;
    return fmt::format(
        "{0} is enabled, but everybody gets {1}, its default; to give everybody {2}: flagctl set {0} {2}", flag.key,
        given->name, other.name);
  }
  return "";
}

}  // namespace

std::string caveat_of(const FlagChange& change, const Flag& flag) {
  switch (change.part) {
    case FlagChange::Part::default_variant:
      return flag.enabled ? rule_over(flag, std::string(change.to->as_string())) : disabled(flag);
    case FlagChange::Part::targeting:
      return flag.enabled ? "" : disabled(flag);
    case FlagChange::Part::state:
      return flag.enabled ? off_for_everybody(flag) : "";
    case FlagChange::Part::whole:
      return "";
  }
  return "";
}

}  // namespace trunkline::flags
