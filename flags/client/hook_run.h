#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "flags/client/hook.h"

// Private to client/.
namespace trunkline::flags {

using Hooks = std::vector<std::shared_ptr<Hook>>;

// What evaluate() answers where there may be no flags yet: PROVIDER_NOT_READY.
Evaluation ask(const FlagSet* set, std::string_view key, FlagType type, const EvaluationContext& context);

// An evaluation with the hooks around it. `set` is null before there are flags.
Details<base::Json> run_with_hooks(const Hooks& hooks, const FlagSet* set, std::string_view key, FlagType type,
                                   const EvaluationContext& context, const base::Json& fallback);

}  // namespace trunkline::flags
