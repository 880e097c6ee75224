#pragma once

#include <optional>
#include <string>

#include "base/http/router.h"
#include "flags/agent/evaluator.h"
#include "flags/agent/http/gate.h"

namespace trunkline::flags {

// What programs that were written for the AppConfig agent ask:
//   GET /applications/{app}/environments/{env}/configurations/{config}[?flag=KEY...]
// No flag: an object of all by key; one: that one bare; several: an object of these. A boolean result is
// {"enabled":V}; an object its members and `enabled` (true unless it has one); any other {"enabled":true,"value":V};
// DISABLED, an error and no value {"enabled":false}. The context comes from `Context: key=value,...` headers and the
// targeting key from `Entity-Id`. {config} names a flag set by its id; any other name the flags without one. An
// application or environment that is not the one set here, and a flag that there is not, are 404.
struct AppConfigNames {
  std::optional<std::string> application;
  std::optional<std::string> environment;
};

// The references outlive the router.
void add_appconfig_routes(base::Router& router, AppConfigNames names, const Gate& gate, const Evaluator& evaluator);

}  // namespace trunkline::flags
