#include "pipelines/workflow/lint.h"

// Whatever the bytes are: findings, each with a place that is in the file, in bounded time.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& finding : trunkline::pipelines::lint(text, "fuzz.yml")) {
    if (finding.where.line < 1 || finding.where.column < 1) __builtin_trap();
  }
  return 0;
}
