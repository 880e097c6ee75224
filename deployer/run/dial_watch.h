#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "deployer/dial/dial.h"

namespace trunkline::deployer {

// Looks every second, on a thread of its own, whether a balancer was started anew, and does again what the dials last
// did there. Collects what the dials note meanwhile.
class DialWatch {
 public:
  // Both outlive the watch; `share` may be null. `keys` are those of its entries.
  DialWatch(Dial& dial, ShareDial* share, std::vector<std::string> keys);

  // What a person should know, since the last call. Never waits for a balancer.
  std::vector<std::string> take_notes();

  // No look is under way after this. What was noted until then can still be taken.
  void end();

 private:
  void look();
  bool share_is_back();
  void collect();

  Dial& dial_;
  ShareDial* const share_;
  const std::vector<std::string> keys_;
  bool again_ = false;
  std::mutex mutex_;
  std::vector<std::string> notes_;
  std::jthread thread_;
};

}  // namespace trunkline::deployer
