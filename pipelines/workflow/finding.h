#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/error.h"
#include "base/core/text.h"

namespace trunkline::pipelines {

// What the linter looks for. Their names (to_string) are what people write and grep for: they never change.
enum class Rule {
  yaml_syntax,
  duplicate_key,
  unknown_key,
  structure,
  unknown_need,
  circular_needs,
  expression_syntax,
  unknown_context,
};
std::string_view to_string(Rule rule);  // "circular-needs"

// GitHub refuses the file or reads it in another way than was meant.
enum class Severity { error };
std::string_view to_string(Severity severity);

struct Finding {
  Rule rule = Rule::structure;
  Severity severity = Severity::error;
  base::Where where;
  std::string message;

  bool operator==(const Finding&) const = default;
};

// "ci.yml:12:7: error: unknown key "step" in a job, did you mean "steps"? [unknown-key]"
std::string to_string(const Finding& finding);

// Collects what one file's rules find. Aliases make the same node come by twice, so the same finding counts once.
class Findings {
 public:
  explicit Findings(std::string file) : file_(std::move(file)) {}

  void error(Rule rule, base::Position place, std::string message);
  // Sorted by place.
  std::vector<Finding> take();

 private:
  std::string file_;
  std::vector<Finding> findings_;
};

}  // namespace trunkline::pipelines
