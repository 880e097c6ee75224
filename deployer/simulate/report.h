#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "deployer/simulate/simulation.h"

namespace trunkline::deployer {

// Many simulated rollouts, counted.
struct SimulationReport {
  uint64_t first = 0;
  uint64_t rollouts = 0;
  uint64_t records = 0;
  std::map<std::string, uint64_t> by_outcome;
  // strategy, fault -> outcome -> rollouts in which that fault took place
  std::map<std::pair<std::string, std::string>, std::map<std::string, uint64_t>> by_fault;

  // The first seed that broke a promise; nothing was run behind it.
  struct Broken {
    uint64_t seed = 0;
    Violation violation;
    std::vector<std::string> story;  // with as few faults as still break it
  };
  std::optional<Broken> broken;

  // "STRATEGY FAULT" for each pair that never took place.
  std::vector<std::string> missing() const;
};

// Seeds first .. first+count-1; with `file` that rollout under drawn faults, else each draws its own. Kind::invalid if
// the file's rollout cannot be compiled. The same arguments give the same report.
base::Result<SimulationReport> simulate_many(uint64_t first, uint64_t count, const Rollout* file,
                                             Sabotage sabotage = Sabotage::none);

base::Json to_json(const SimulationReport& report);
std::string to_text(const SimulationReport& report);

}  // namespace trunkline::deployer
