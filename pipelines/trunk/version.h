#pragma once

#include <chrono>
#include <string>

#include "base/core/result.h"
#include "base/git/repository.h"

namespace trunkline::pipelines {

// What a build of one commit of the trunk is called. Both numbers grow along the trunk, so versions sort by age; the
// same commit gives the same version on every machine.
struct Version {
  std::chrono::sys_days date;  // of the commit, by the committer's clock, in UTC
  int count = 0;               // commits on the first-parent line, this one included
  std::string commit;          // 40 hexadecimal digits
  bool dirty = false;          // tracked files differ from the commit
};

std::string to_string(const Version& version);  // "2026.11.22-431-g1a2b3c4-dirty"

// The version of HEAD. Kind::not_found without a commit and for a shallow clone, whose count would be wrong.
base::Result<Version> version_of(const base::Repository& repository);

}  // namespace trunkline::pipelines
