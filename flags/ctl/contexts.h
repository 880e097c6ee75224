#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cli/tool.h"
#include "flags/evaluation/comparison.h"

// Whom a change of flags would meet. Private to ctl/.
namespace trunkline::flags {

// --contexts, --population and --context.
struct ContextOptions {
  std::optional<std::string> file;
  int64_t population = 1000;
  std::string context = "{}";
};
void add_context_options(base::cli::Command& command, ContextOptions& options);

// The contexts of the file: a JSON array, or one object a line. Without a file, `population` made-up users user-1,
// user-2, ... with the attributes of `context`. Kind::usage and Kind::invalid with the place for what is wrong.
base::Result<std::vector<EvaluationContext>> read_contexts(const ContextOptions& options);

// A table of the changes, or a sentence that there are none.
std::string describe(const std::vector<VariantChange>& changes, const std::vector<EvaluationContext>& contexts);
// {"key","from","to","count","examples"}: the targeting keys of the first five.
base::Json to_json(const VariantChange& change, const std::vector<EvaluationContext>& contexts);

}  // namespace trunkline::flags
