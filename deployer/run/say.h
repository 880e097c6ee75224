#pragma once

#include <string>
#include <string_view>

#include "deployer/run/move_options.h"

namespace trunkline::deployer {

// One word to who asked, instead of a rollout: the text, or with JSON an object of that type.
void say(std::string_view type, const std::string& service, const std::string& text, const MoveOptions& options);

}  // namespace trunkline::deployer
