#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/json.h"
#include "base/core/result.h"

namespace trunkline::flags {

// A variant that a person has put in force for everyone, for a while, without git.
struct Override {
  std::string key;
  std::string variant;
  base::WallTime until;
  std::string by;      // the name of the token that did it
  std::string reason;  // as given; may be empty

  bool operator==(const Override&) const = default;
};

// {"flag","variant","until","by"?,"reason"?}, the form of the API and of the file.
base::Json to_json(const Override& wanted);
// Kind::invalid for anything else.
base::Result<Override> override_from_json(const base::Json& json);

// Whether it can be in force in this document: Kind::not_found for an unknown flag or variant (naming those there are),
// Kind::conflict for a flag that is DISABLED.
base::Result<> check_override(const base::Json& document, const Override& wanted);

// Puts it in front of the flag's rule as {"if": [{"<": [now, until]}, variant, rule]}: whoever evaluates the document,
// also a client that hears nothing more, returns to the rule by itself when the time has come. The flag's metadata
// says `overriddenUntil` and `overriddenBy`. With `drop_rule`, for a rule that is broken and would break this too, the
// default variant stands behind it. Where check_override refuses, nothing changes.
void apply_override(base::Json& document, const Override& wanted, bool drop_rule);

}  // namespace trunkline::flags
