#pragma once

#include <functional>
#include <memory>

#include "base/core/metrics.h"
#include "base/core/result.h"
#include "flags/agent/evaluator.h"
#include "flags/agent/http/gate.h"
#include "flags/agent/options.h"

namespace trunkline::flags {

// What a door of the agent beside HTTP serves with; all of it outlives the listener.
struct ListenerNeeds {
  const Gate& gate;
  const Evaluator& evaluator;
  base::Metrics& metrics;
};

// Such a door: open from when it is made. Thread-safe.
class Listener {
 public:
  virtual ~Listener() = default;

  // That there is a new edition.
  virtual void announce() = 0;
  // Ends what is open and lets nobody in any more; takes two seconds at most.
  virtual void stop() = 0;
};

// Opens what the options ask for; null if that is nothing. Kind::usage for a wrong address, Kind::unavailable where one
// is taken.
using OpenListener =
    std::function<base::Result<std::unique_ptr<Listener>>(const AgentOptions& options, const ListenerNeeds& needs)>;

}  // namespace trunkline::flags
