#include "flags/definition/yaml/flag_document.h"
#include "flags/evaluation/evaluation.h"
#include "flags/lint/lint.h"

namespace {

using namespace trunkline;

// Findings have places in the file; a flag that is not broken answers somehow, in bounded time.
void look_at(std::string_view text, const char* name) {
  for (const flags::Finding& finding : flags::lint(text, name)) {
    if (finding.where.line < 1 || finding.where.column < 1) __builtin_trap();
  }
  const auto set = flags::parse_flag_set(text, name);
  if (!set) return;
  const flags::EvaluationContext context{.targeting_key = "ada", .attributes = base::JsonObject{{"a", 1}, {"b", "x"}}};
  for (const flags::Flag& flag : set->flags()) {
    const auto answer = flags::evaluate(*set, flag.key, context, {});
    if (flag.broken && answer.error_code != flags::ErrorCode::parse_error) __builtin_trap();
    if (answer.error_code && answer.value != nullptr) __builtin_trap();
  }
}

}  // namespace

// Whatever the bytes are, as JSON and as YAML.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  look_at(text, "fuzz.json");
  look_at(text, "fuzz.yaml");
  return 0;
}
