#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/core/result.h"
#include "deployer/drivers/launch.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// What `run` is about to do, before anything is touched.
struct Prepared {
  Rollout rollout;
  std::string text;  // of the rollout file
  std::filesystem::path artifact;
  Launch launch;
  std::map<std::string, std::string> config;  // the configuration files by name, as they were read
};

// Reads the rollout file, its configuration files and its artifact's manifest. `artifact_ref` replaces the one in the
// file. Kind::invalid with the place for everything that is wrong with either.
base::Result<Prepared> prepare(const std::string& file, const std::optional<std::string>& artifact_ref);

}  // namespace trunkline::deployer
