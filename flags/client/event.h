#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace trunkline::flags {

// OpenFeature's provider events.
enum class EventKind { ready, error, stale, configuration_changed };
std::string_view to_string(EventKind kind);  // PROVIDER_READY, PROVIDER_ERROR, ...

// What a client tells its program.
struct Event {
  EventKind kind;
  std::vector<std::string> changed_keys =
      {};                    // of configuration_changed: added, removed or defined differently; sorted
  std::string message = {};  // why, of error and stale
};

// One handler is never called by two threads at once. It may use the client, but not destroy it, and holds up the
// client's polling as long as it runs. What it throws is dropped.
using EventHandler = std::function<void(const Event&)>;

// Names a handler of a client; never 0.
using HandlerId = uint64_t;

}  // namespace trunkline::flags
