#pragma once

#include "deployer/engine/engine.h"

// What a failure means, by the step that met it: the table that the engine goes by.
namespace trunkline::deployer {

enum class OnFailure {
  hold,        // a person must look: trying something else would need the same thing
  roll_back,   // the new revision is at fault
  quarantine,  // this place is left alone, the rest goes on
  go_on        // it does not matter enough
};

OnFailure on_failure(const Step& step, Phase phase);

}  // namespace trunkline::deployer
