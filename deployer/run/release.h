#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "deployer/engine/event.h"
#include "deployer/look/prepare.h"

// The commands that move a rollout, from its file to its place in history.
namespace trunkline::deployer {

struct MoveOptions {
  std::filesystem::path state;
  bool json = false;
  bool overwrite = false;  // what somebody changed at the balancers meanwhile
  // Sockets of balancers that are gone for good, to go on without; of a rollout that is taken up again.
  std::vector<std::string> without{};
};

// Releases: runs the rollout to its end, and settles it. The exit code. Kind::locked if another deployer is at work.
// Where an unfinished rollout of the service is there, or somebody changed a share at the balancers since the last one,
// nothing is touched: what is next is printed, exit code 4.
base::Result<int> run_release(const Prepared& prepared, const MoveOptions& options);

// Moves an unfinished rollout with a person's word: Resumed, AbortRequested, PauseRequested or PromoteRequested. It is
// handed to the deployer at work, if there is one, else the rollout is taken up again here. Exit code 0 and a word if
// there is nothing unfinished; 4, and nothing is touched, if somebody changed a share at the balancers while no
// deployer was at work.
base::Result<int> move_on(const std::string& service, const Event& event, const MoveOptions& options);

// Stops every instance of the service, at the load balancer first; an unfinished rollout ends as failed. An instance
// that users may still reach is not stopped: where the balancer does not answer, nothing is, unless forced.
base::Result<int> take_down(const std::string& service, bool force, const MoveOptions& options);

}  // namespace trunkline::deployer
