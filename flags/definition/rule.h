#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "flags/definition/operators.h"
#include "flags/definition/semantic_version.h"

namespace trunkline::flags {

// What a sem_ver with a literal operator and target asks for, read once.
struct VersionTest {
  std::string text;  // `target` borrows from it
  VersionOrder order = VersionOrder::equal;
  SemanticVersion target;
};

// A targeting rule (JSONLogic with flagd's operators) as a typed tree, made once when a flag is loaded. A plain value;
// copies share what is behind the pointers, which never changes.
struct Rule {
  Op op = Op::literal;
  // literal: the value. var: its name as it is written. bucket: its weight, if that is a literal integer. fractional:
  // the sum of its weights, if all of them are and every variant is a literal. Otherwise null.
  base::Json literal{};
  std::vector<Rule> arguments{};
  std::vector<std::string> path{};               // of a var whose name is a literal; empty for everything
  std::shared_ptr<const VersionTest> version{};  // of a sem_ver, if operator and target are literal and well-formed
  std::shared_ptr<const Rule> shared{};          // what a reference stands for
  std::string name{};                            // of a reference
};

// What stands in the way of a rule, and where: the keys and indexes from the rule's root.
struct RuleError {
  enum class Cause { unknown_operator, unknown_reference, nested_reference, broken_reference };
  Cause cause = Cause::unknown_operator;
  std::string message;
  std::vector<std::string> path;
};

using CompiledRule = tl::expected<Rule, RuleError>;

// The file's $evaluators by name. One that cannot be compiled is an error for each rule that refers to it.
using Evaluators = std::map<std::string, tl::expected<std::shared_ptr<const Rule>, RuleError>, std::less<>>;

// An operator that is not in the table (operators.h) is an error, and so is a reference to an evaluator that is not
// there, or is broken. Evaluators do not refer to others.
CompiledRule compile_rule(const base::Json& json, const Evaluators& evaluators = {});

// The rules of a $evaluators object.
Evaluators compile_evaluators(const base::JsonObject& json);

// The rule as a person writes it: compiling it again gives the same rule.
base::Json to_json(const Rule& rule);

// "a.b.0" -> {"a", "b", "0"}; "" -> {}.
std::vector<std::string> split_path(std::string_view name);

}  // namespace trunkline::flags
