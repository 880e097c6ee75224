#pragma once

#include <string>

#include "base/core/result.h"
#include "deployer/engine/event.h"
#include "deployer/run/move_options.h"

namespace trunkline::deployer {

// Moves an unfinished rollout with a person's word: Resumed, AbortRequested, PauseRequested or PromoteRequested. It is
// handed to the deployer at work, if there is one, else the rollout is taken up again here. Exit code 0 and a word if
// there is nothing unfinished; 4, and nothing is touched, if somebody changed a share at the balancers while no
// deployer was at work.
base::Result<int> move_on(const std::string& service, const Event& event, const MoveOptions& options);

}  // namespace trunkline::deployer
