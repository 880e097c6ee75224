#pragma once

#include <optional>
#include <string>

#include "base/core/result.h"
#include "deployer/drivers/service_folder.h"
#include "deployer/engine/event.h"

// A person's word to the deployer at work: one file in the service's folder, taken away when it is read.
namespace trunkline::deployer {

// What was asked for. One that was meant for another rollout says nothing about this one.
std::optional<Event> take_request(const ServiceFolder& folder, const std::string& rollout);

// True once the deployer at work has taken it; false if none is at work, or it ended before it looked. Kind::timeout if
// it does not listen.
base::Result<bool> hand_over(const ServiceFolder& folder, const std::string& rollout, const Event& event);

}  // namespace trunkline::deployer
