#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "deployer/engine/judge.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// What the drivers know of an instance.
struct InstanceHealth {
  bool running = false;
  int restarts = 0;  // since it was started on purpose
};

// The instances provider: restarts since the bake began, and instances that do not run. Thread-safe.
class InstanceChecks {
 public:
  using Observe = std::function<base::Result<InstanceHealth>(const std::string& instance)>;

  // `observe` may be called from several threads at once.
  InstanceChecks(std::vector<Instance> instances, Observe observe);

  // Begins a bake. One that cannot be observed now is counted from no restarts.
  void open(const std::vector<int>& fresh, const std::vector<int>& stable);

  // Missing where the side has no instance, an error where one cannot be observed.
  Measurement measure(const InstancesQuery& query);

 private:
  const std::vector<Instance> instances_;
  const Observe observe_;
  std::mutex mutex_;  // over all below
  std::vector<int> fresh_, stable_;
  std::map<int, int> restarts_;  // when the bake began
};

}  // namespace trunkline::deployer
