#include "deployer/run/say.h"

#include "base/cli/terminal.h"
#include "base/cli/tool.h"
#include "base/core/json.h"

namespace trunkline::deployer {

void say(std::string_view type, const std::string& service, const std::string& text, const MoveOptions& options) {
  if (options.json)
    return base::cli::print_json(base::JsonObject{{"type", type}, {"service", service}, {"text", text}});
  base::cli::print(text + ".\n");
}

}  // namespace trunkline::deployer
