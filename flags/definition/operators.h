#pragma once

#include <span>
#include <string_view>

namespace trunkline::flags {

// What a node of a rule does. The first five are no operators that a person writes.
enum class Op {
  literal,       // a value as it is
  array,         // of the arguments' values
  bucket,        // of a fractional: a variant and perhaps a weight
  reference,     // {"$ref": name}: one of the file's $evaluators
  computed_var,  // a var whose name is a rule itself; written as var is
  var,
  missing,
  missing_some,
  if_,
  and_,
  or_,
  not_,
  truth,
  equal,
  not_equal,
  strict_equal,
  strict_not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  min,
  max,
  cat,
  substr,
  merge,
  map,
  filter,
  reduce,
  all,
  none,
  some,
  log,
  starts_with,
  ends_with,
  sem_ver,
  fractional,
};

// How a person writes an operator, and how many arguments make sense. Fewer or more are no error (JavaScript fills up
// and drops), but lint tells of them.
struct Operator {
  std::string_view name;
  Op op;
  size_t least;
  size_t most;
  std::string_view summary;
};

constexpr size_t kAnyNumber = static_cast<size_t>(-1);

// The one table of JSONLogic's operators and flagd's own: the compiler, the lint and the editors' schema read it. Where
// an operator has two names the first is the one that is printed.
std::span<const Operator> operators();

// Null for a name that is not in the table, and for a node that is no operator.
const Operator* find_operator(std::string_view name);
const Operator* find_operator(Op op);

}  // namespace trunkline::flags
