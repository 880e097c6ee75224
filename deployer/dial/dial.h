#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// What the load balancer says of one instance.
struct DialView {
  std::string instance;
  std::string endpoint;  // which of several balancers says so
  bool serving = false;  // new users are sent to it: admitted and up
  int64_t sessions = 0;  // under way now
  int64_t requests = 0;  // sent to it so far

  bool operator==(const DialView&) const = default;
};

// Who meets the change. Calls block, end early when asked to stop (Kind::cancelled), and are safe to repeat.
// Thread-safe: different instances may be acted on at once.
class Dial {
 public:
  virtual ~Dial() = default;

  // One view an instance and endpoint, as they are now. Kind::unavailable where a balancer does not answer, invalid
  // where it does not know the service or an instance.
  virtual base::Result<std::vector<DialView>> read() = 0;

  // Sends users to the instance; returns when every balancer shows it up, with the requests counted so far. Its probes
  // have passed before: HAProxy takes a server that leaves maintenance for up at once.
  virtual base::Result<int64_t> admit(const std::string& instance, std::stop_token stop) = 0;

  // Sends nobody new to the instance and waits for its last request to end, at most the drain timeout of the rollout;
  // what is left then is cut. Returns the requests counted so far.
  virtual base::Result<int64_t> drain(const std::string& instance, std::stop_token stop) = 0;
};

// The dial over HAProxy's Runtime API; without `traffic` one that has nobody to send anywhere.
std::unique_ptr<Dial> make_dial(const Rollout& rollout);

}  // namespace trunkline::deployer
