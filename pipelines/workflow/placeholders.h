#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "pipelines/workflow/expression.h"

namespace trunkline::pipelines {

// One ${{ expression }} in a text.
struct Placeholder {
  size_t start = 0;             // of its $
  size_t end = 0;               // behind its braces
  std::string_view expression;  // what stands between them; lives as long as the text
  size_t offset = 0;            // of the expression
};

struct Placeholders {
  std::vector<Placeholder> found;
  std::optional<ExpressionError> unclosed;  // the search ends there
};

// Braces inside '...' do not count.
Placeholders find_placeholders(std::string_view text);

}  // namespace trunkline::pipelines
