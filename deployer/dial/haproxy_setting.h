#pragma once

#include <string>
#include <vector>

#include "base/core/clock.h"
#include "deployer/dial/fence.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// Where the balancers of one service are and what they were told in their configuration.
struct HaproxySetting {
  std::vector<std::string> endpoints;  // paths of admin sockets, absolute
  int quorum = 0;                      // so many of them must answer; 0: all
  std::string map;                     // the map with the share's entry, named as in haproxy.cfg; also written where it
                                       // is a file of this machine
  std::string state_file;              // of the first endpoint's servers, kept fresh for its next reload; "": none
  base::Millis drain_timeout{30'000};
  DrainEnd drain_end = DrainEnd::close;
  base::Millis up_within{15'000};     // for the first passed health check of a server that comes back
  base::Millis answer_within{2'000};  // one answer of one balancer
  Fence enter = open_fence;
};

// So many balancers are enough where not all have to.
inline size_t quorum_of(const HaproxySetting& setting) {
  return setting.quorum > 0 ? static_cast<size_t>(setting.quorum) : setting.endpoints.size();
}

}  // namespace trunkline::deployer
