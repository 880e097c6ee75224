#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace trunkline::deployer {

// How a rollout is moved, whichever command does it.
struct MoveOptions {
  std::filesystem::path state;
  bool json = false;
  bool overwrite = false;  // what somebody changed at the balancers meanwhile
  // Sockets of balancers that are gone for good, to go on without; of a rollout that is taken up again.
  std::vector<std::string> without{};
  bool take_over = false;  // the first release, beside programs that serve users and that somebody else started
};

}  // namespace trunkline::deployer
