#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flags/evaluation/evaluation.h"

// What people expect of their flags, written down beside them (docs/formats/flag-tests.md).
namespace trunkline::flags {

// One context and what the flag should answer. At least one expectation is there.
struct Example {
  std::string name;  // for people; the flag's key where none was given
  base::Where where;
  std::string flag;
  EvaluationContext context;
  std::optional<base::WallTime> at;  // what $flagd.timestamp says; absent: now
  std::optional<std::string> variant;
  std::optional<base::Json> value;
  std::optional<std::string> reason;
  std::optional<std::string> error_code;
};

struct ExampleFile {
  std::optional<std::string> flags;  // the flag file, relative to this file
  std::vector<Example> examples;
};

// Reads JSON or YAML. Kind::invalid with the place for unknown members, wrong types and examples that expect nothing.
base::Result<ExampleFile> parse_examples(std::string_view text, std::string_view name);

// What the flag answered instead, one sentence for each expectation that does not hold. Pure.
std::vector<std::string> check(const Example& example, const FlagSet& set, base::WallTime now);

}  // namespace trunkline::flags
