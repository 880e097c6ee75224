#include "deployer/run/candidate_watch.h"

#include <fmt/format.h>

#include "deployer/support/pause.h"

namespace trunkline::deployer {
namespace {

constexpr base::Millis kProcessLook{100};
constexpr base::Millis kBalancerLook{500};
constexpr int kLooksDown = 3;  // in a row

// How many of the servers are up at each balancer that answers and was told of all of them.
std::map<std::string, int> count_up(Dial& dial, const std::vector<Server>& servers) {
  const auto views = dial.read(servers);
  if (!views) return {};
  const Endpoints behind = dial.behind();
  std::map<std::string, int> up;
  for (const DialView& view : *views) {
    if (behind.contains(view.endpoint)) continue;
    up[view.endpoint] += view.serving || view.state != "ready" ? 1 : 0;
  }
  return up;
}

}  // namespace

std::optional<CandidateWatch::Wrong> CandidateWatch::until_ended(const std::vector<int>& places,
                                                                 const std::stop_token& stop) const {
  do {
    for (const int place : places) {
      const auto alive = prober_.check_alive(place_at(rollout_, place));
      if (!alive) return Wrong{place, alive.error()};
    }
  } while (pause_for(kProcessLook, stop));
  return std::nullopt;
}

std::optional<CandidateWatch::Wrong> CandidateWatch::until_unready(int place, const std::stop_token& stop) const {
  const auto ready = prober_.watch_readiness(place_at(rollout_, place), stop);
  if (ready || ready.error().kind == base::Kind::cancelled) return std::nullopt;
  return Wrong{place, ready.error()};
}

std::optional<CandidateWatch::Wrong> CandidateWatch::until_down(const std::vector<int>& places, int needed,
                                                                const std::stop_token& stop) const {
  std::vector<Server> servers;
  for (const int place : places) servers.push_back(server_of(rollout_, place));
  std::map<std::string, int> looks_down;
  while (pause_for(kBalancerLook, stop)) {
    for (const auto& [endpoint, up] : count_up(dial_, servers)) {
      looks_down[endpoint] = up < needed ? looks_down[endpoint] + 1 : 0;
      if (looks_down[endpoint] < kLooksDown) continue;
      return Wrong{places.front(),
                   {base::Kind::unavailable, fmt::format("only {} of {} new instances are ready at HAProxy at {}", up,
                                                         servers.size(), endpoint)}};
    }
  }
  return std::nullopt;
}

}  // namespace trunkline::deployer
