#pragma once

#include "deployer/engine/state.h"

// What changes the rest of the plan while it runs. Pure.
namespace trunkline::deployer {

// Users went back by themselves while nobody was there: before the new side meets them again it is probed and admitted
// again. What is promoted is so again, at balancers that forgot or missed it. False if none were there.
bool expose_again(State& state);

// What is left of the ramp but its last share: the words of a person who has seen enough.
void drop_ramp(State& state);

}  // namespace trunkline::deployer
