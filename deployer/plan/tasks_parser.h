#pragma once

#include "deployer/plan/fields.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

extern const Table kTaskKeys;
extern const Table kHooksKeys;

// `tasks` and `hooks`: commands beside the instances'.
base::Result<> read_tasks(const Fields& root, std::vector<Task>& tasks);
base::Result<> read_hooks(const Fields& root, Hooks& hooks);

}  // namespace trunkline::deployer
