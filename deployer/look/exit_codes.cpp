#include "deployer/look/exit_codes.h"

namespace trunkline::deployer {

int exit_code_of(const State& state) {
  if (!state.outcome) return kExitHeld;
  switch (*state.outcome) {
    case Outcome::completed:
      return 0;
    case Outcome::rolled_back:
      return kExitRolledBack;
    case Outcome::failed:
      return 1;
  }
  return 1;
}

}  // namespace trunkline::deployer
