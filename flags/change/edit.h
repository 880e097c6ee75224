#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"

namespace trunkline::flags {

// What may be done to one flag.
struct SetDefault {
  std::string variant;
};
struct SetState {
  bool enabled = true;
};
// Of a flag with two boolean variants: the other one becomes the default.
struct Toggle {};
struct SetTargeting {
  base::Json rule;  // null takes the rule away
};
// A rule that gives each variant its share of the targeting keys; what is left of 100 goes to the default variant.
struct SetShares {
  struct Share {
    std::string variant;
    int percent = 0;
  };
  std::vector<Share> shares;
};
struct Create {
  base::Json definition;
};
struct Remove {};
// An earlier definition again; null: the flag is not to be there.
struct Restore {
  base::Json definition;
};

using Action = std::variant<SetDefault, SetState, Toggle, SetTargeting, SetShares, Create, Remove, Restore>;

struct Edit {
  std::string key;
  Action action;
  // The definition as the caller saw it, null for none: another one there is a change by somebody else.
  std::optional<base::Json> seen{};
};

// What an edit did to its flag.
struct FlagChange {
  enum class Part { default_variant, state, targeting, whole };
  std::string key;
  Part part = Part::whole;
  // A variant's name, ENABLED or DISABLED, a rule, a definition; absent where there was or is none.
  std::optional<base::Json> from;
  std::optional<base::Json> to;

  bool nothing() const { return from == to; }
};

// "Set a to y", "Turn a on": for the first line of a commit.
std::string describe(const FlagChange& change);

struct EditedText {
  std::string text;
  FlagChange change;
};

// Puts the edit into a flag file (JSON or YAML, by `name`) at the place of what differs: comments, order and
// indentation of the rest stay. Kind::not_found for an unknown flag or variant, Kind::conflict for a flag that cannot
// be toggled or is there already, Kind::invalid for a file that cannot be read, for a flag that would be wrong (an
// unknown operator in its rule) and for one that cannot be edited in place (a YAML alias), with the place in `name`.
base::Result<EditedText> apply_edit(std::string_view text, std::string_view name, const Edit& edit);

}  // namespace trunkline::flags
