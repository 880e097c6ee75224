#pragma once

#include <string>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"

namespace trunkline::flags {

enum class Op {
  literal,  // `literal` as it is
  array,    // of the arguments' values
  bucket,   // of a fractional: a variant and perhaps a weight
  var,
  if_,
  equal,
  strict_equal,
  not_equal,
  strict_not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  not_,
  truth,
  and_,
  or_,
  in,
  starts_with,
  ends_with,
  fractional,
};

// A targeting rule (JSONLogic with flagd's operators) as a typed tree, made once when a flag is loaded.
struct Rule {
  Op op = Op::literal;
  base::Json literal{};
  std::vector<Rule> arguments{};
  std::vector<std::string> path{};  // of a var whose name is a literal; empty for the whole context
};

// What stands in the way of a rule, and where: the keys and indexes from the rule's root.
struct RuleError {
  std::string message;
  std::vector<std::string> path;
};

// An operator that is not in the table above is an error.
tl::expected<Rule, RuleError> compile_rule(const base::Json& json);

// "a.b.0" -> {"a", "b", "0"}; "" -> {}.
std::vector<std::string> split_path(std::string_view name);

// A number as JavaScript prints it: 10 for 10.0.
std::string number_text(const base::Json& number);

}  // namespace trunkline::flags
