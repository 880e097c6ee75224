#pragma once

#include "base/core/json.h"
#include "deployer/engine/engine.h"

namespace trunkline::deployer {

// The form in which events stand in the journal: {"event":"done","ticket":3,"instance":0,...}. docs/formats/journal.md.
base::Json to_json(const Event& event);

// Kind::invalid for an event that this version does not know.
base::Result<Event> event_from_json(const base::Json& json);

}  // namespace trunkline::deployer
