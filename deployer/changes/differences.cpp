#include "deployer/changes/differences.h"

#include <fmt/format.h>

#include "deployer/record/left.h"
#include "deployer/record/service_lock.h"

namespace trunkline::deployer {
namespace {

// Whether it should serve; nothing where that is not known.
std::optional<bool> left_serving(const Begun& begun, size_t place, bool down) {
  if (down) return false;
  const Observed& observed = begun.state.places[place];
  return observed.unsure ? std::nullopt : std::optional(observed.serving);
}

}  // namespace

std::vector<std::string> server_drift(const Begun& begun, const std::vector<DialView>& views, bool down) {
  std::vector<std::string> found;
  const std::vector<Server> servers = servers_of(begun.rollout);
  for (const DialView& view : views) {
    for (size_t i = 0; i < servers.size(); ++i) {
      if (servers[i].backend != view.backend || servers[i].name != view.server) continue;
      const auto serving = left_serving(begun, i, down);
      const std::string path = fmt::format("HAProxy at {}: {}/{}", view.endpoint, view.backend, view.server);
      if (serving == true && view.state != "ready") {
        found.push_back(fmt::format("{} is in {}, was left serving", path, view.state));
      }
      if (serving == false && view.serving) found.push_back(path + " serves, was left out");
    }
  }
  return found;
}

std::vector<Change> differences_now(const ServiceFolder& folder, const Begun& begun) {
  std::vector<Change> found;
  if (!begun.rollout.traffic || ServiceLock::is_held(folder)) return found;
  const auto add = [&](const std::string& what, const std::string& text) {
    found.push_back({base::system_clock().wall(), what, "", text, ""});
  };
  const auto stable = folder.load_stable();
  const bool down = begun.finished() && stable && !stable->revision;
  const auto views = make_dial(begun.rollout)->read(servers_of(begun.rollout));
  if (!views) {
    add("balancer", "does not answer, so nothing is compared: " + to_string(views.error()));
    return found;
  }
  for (const std::string& text : server_drift(begun, *views, down)) add("drift", text);
  const auto share = make_share_dial(begun.rollout);
  if (share == nullptr || down || begun.journal.events.empty()) return found;
  const auto shown = look_at_dials(*share, begun);
  if (!shown) {
    add("balancer", "does not tell its shares: " + to_string(shown.error()));
    return found;
  }
  for (const std::string& text : find_drift(begun, left_at_dials(begun), *shown, begun.journal.events.back().wall)) {
    add("drift", text);
  }
  return found;
}

}  // namespace trunkline::deployer
