#include "deployer/look/occupancy.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <variant>

#include "deployer/dial/addresses.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Kind;
using base::Result;

namespace {

std::set<int> places_started(const Plan& plan) {
  std::set<int> places;
  for (const Step& step : plan.steps) {
    const auto* start = std::get_if<step::Start>(&step);
    if (start != nullptr && start->side == Side::fresh) places.insert(start->batch.begin(), start->batch.end());
  }
  return places;
}

// STATE of STATE/SERVICE/instances/ID.
std::string state_folder_of(const fs::path& instance) {
  return instance.parent_path().parent_path().parent_path().string();
}

Result<std::optional<Occupant>> occupant_of(const Instance& instance, const ProcessDriver& driver) {
  if (const auto folder = driver.supervised_elsewhere(instance)) {
    return Occupant{instance.id, instance.address(), "an instance of " + folder->string(), state_folder_of(*folder)};
  }
  TRY_ASSIGN(const Holder holder, driver.holder(instance));
  if (holder != Holder::other) return std::nullopt;
  return Occupant{instance.id, instance.address(),
                  who_listens(instance.address()).value_or("a program that ended meanwhile"), ""};
}

// Visits each server of an instance's own place with what a balancer says of it.
template <typename Visit>
void visit_home(const Rollout& rollout, const std::vector<DialView>& views, const Visit& visit) {
  const std::vector<Server> servers = servers_of(rollout);
  for (const DialView& view : views) {
    const auto server =
        std::find_if(servers.begin(), servers.begin() + static_cast<long>(rollout.instances.size()),
                     [&](const Server& one) { return one.backend == view.backend && one.name == view.server; });
    if (server != servers.begin() + static_cast<long>(rollout.instances.size())) visit(*server, view);
  }
}

}  // namespace

Result<> check_local(const Rollout& rollout) {
  for (const Instance& place : places_of(rollout)) {
    if (is_local(place.host)) continue;
    return fail(Kind::invalid,
                fmt::format("targets.instances: {} of {} is no address of this machine; targets.driver process starts "
                            "local processes",
                            place.host, place.id),
                {rollout.file, 0, 0});
  }
  return {};
}

Result<std::vector<Occupant>> find_occupants(const Rollout& rollout, const Plan& plan, const ProcessDriver& driver) {
  std::vector<Occupant> occupants;
  for (const int place : places_started(plan)) {
    TRY_ASSIGN(auto occupant, occupant_of(place_at(rollout, place), driver));
    if (occupant) occupants.push_back(*std::move(occupant));
  }
  return occupants;
}

std::string to_string(const Occupant& occupant) {
  return fmt::format("{} at {}: {}{}", occupant.instance, occupant.address, occupant.who,
                     occupant.state_folder.empty() ? ", which this deployer did not start" : "");
}

Result<> check_nobody_served(const Rollout& rollout, const std::vector<DialView>& views) {
  Result<> found;
  visit_home(rollout, views, [&](const Server& server, const DialView& view) {
    if (!found || !view.serving || same_address(server.address, view.address)) return;
    found = fail(Kind::conflict,
                 fmt::format("{}/{} serves users at {}, and the file says {}; nothing was touched\nGive the address at "
                             "which it serves now, and make the first release beside it: deployer run {} --take-over",
                             view.backend, view.server, view.address, server.address, rollout.file));
  });
  return found;
}

Result<> check_served(const Rollout& rollout, const std::vector<DialView>& views) {
  Result<> found;
  bool served = false;
  visit_home(rollout, views, [&](const Server& server, const DialView& view) {
    served = served || view.serving;
    if (!found || same_address(server.address, view.address)) return;
    found =
        fail(Kind::conflict, fmt::format("{}/{} is at {} at HAProxy, and the file says {}: give the address at which "
                                         "it serves now; nothing was touched",
                                         view.backend, view.server, view.address, server.address));
  });
  if (!found || served) return found;
  return fail(Kind::conflict, "--take-over: no server of the backend serves users; run without it");
}

std::vector<Occupant> find_left_over(const Rollout& rollout) {
  std::vector<Occupant> left;
  for (const Instance& instance : rollout.instances) {
    const auto who = who_listens(instance.address());
    if (who) left.push_back({instance.id, instance.address(), *who, ""});
  }
  return left;
}

Result<> check_free(const Rollout& rollout, const Plan& plan, const ProcessDriver& driver) {
  TRY_ASSIGN(const auto occupants, find_occupants(rollout, plan, driver));
  if (occupants.empty()) return {};
  std::string list;
  for (const Occupant& occupant : occupants) list += "\n  " + to_string(occupant);
  const auto elsewhere = std::find_if(occupants.begin(), occupants.end(),
                                      [](const Occupant& occupant) { return !occupant.state_folder.empty(); });
  const std::string advice =
      elsewhere != occupants.end()
          ? fmt::format("Another state folder runs this service: go on with it by --state {}", elsewhere->state_folder)
          : fmt::format(
                "Stop what runs there first, or, where it serves users, make the first release beside it: "
                "deployer run {} --take-over",
                rollout.file);
  return fail(Kind::conflict,
              fmt::format("the addresses of the new instances are in use; nothing was touched{}\n{}", list, advice));
}

}  // namespace trunkline::deployer
