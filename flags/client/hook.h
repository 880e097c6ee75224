#pragma once

#include <any>
#include <optional>
#include <string_view>

#include "base/core/json.h"
#include "flags/client/details.h"
#include "flags/evaluation/context.h"

namespace trunkline::flags {

// The evaluation that a hook is told of. Lives as long as the call.
struct HookContext {
  std::string_view key;
  FlagType type;
  const base::Json& fallback;
  const EvaluationContext& context;  // as the hooks before have left it
  std::any& data;                    // this hook's own, from before() to the end of the evaluation
};

// Code of the program around every evaluation of a client, as OpenFeature has it (specification, 4). It is called in
// the thread that reads the flag, by several threads at once. before() is called in the order of the hooks, everything
// else in the opposite order. Hooks may read flags; one that does so is called for that evaluation too.
class Hook {
 public:
  virtual ~Hook() = default;

  // What is returned lies over the context: where both have an attribute it wins. Where it throws the fallback is the
  // answer, and neither the flag nor the hooks behind it are asked.
  virtual std::optional<EvaluationContext> before(const HookContext& /*context*/) { return std::nullopt; }

  // After an evaluation without an error. Where it throws, the value stays, the hooks in front of it are left out and
  // error() is called.
  virtual void after(const HookContext& /*context*/, const Details<base::Json>& /*details*/) {}

  // When the evaluation, before() or after() failed. What it throws is dropped.
  virtual void error(const HookContext& /*context*/, ErrorCode /*code*/, std::string_view /*message*/) {}

  // At the end, in any case. What it throws is dropped.
  virtual void finally(const HookContext& /*context*/, const Details<base::Json>& /*details*/) {}
};

}  // namespace trunkline::flags
