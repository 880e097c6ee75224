#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "base/http/client.h"
#include "deployer/drivers/process_driver.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// Asks a started instance whether it is up, ready, and the revision it should be. Thread-safe.
class Prober {
 public:
  using Observe = std::function<base::Result<InstanceView>(const std::string& instance)>;

  // `observe` tells of the instance's process, so that a crash ends the waiting at once.
  Prober(Probes probes, Observe observe);

  // Startup, then readiness, then identity. Kind::unavailable with the last answer when a probe runs out of tries.
  base::Result<> probe(const Instance& instance, const ledger::Revision& revision, const std::stop_token& stop) const;

  // Whether one that ran all the time is ready, and that revision, now.
  base::Result<> look(const Instance& instance, const ledger::Revision& revision, const std::stop_token& stop) const;

  // Asks an instance that is ready for its readiness again and again, until it failed as often in a row as the probe
  // allows: Kind::unavailable with the last answer. Kind::cancelled when asked to stop; at once without such a probe.
  base::Result<> watch_readiness(const Instance& instance, const std::stop_token& stop) const;

  // The version that it says it is; nothing where it has no identity probe, or does not answer it.
  std::optional<std::string> version_said(const Instance& instance) const;

  // Kind::unavailable if what accepts connections at its address is no process of its own.
  base::Result<> check_own(const Instance& instance) const;

  // Kind::unavailable if its process ended since it was started, also if it was started again.
  base::Result<> check_alive(const Instance& instance) const;

 private:
  base::Result<> until_healthy(const HttpProbe& probe, const Instance& instance, std::string_view name,
                               const std::function<base::Result<>(const base::Response&)>& accept,
                               const std::function<base::Result<>()>& alive, const std::stop_token& stop) const;

  const Probes probes_;
  const Observe observe_;
};

}  // namespace trunkline::deployer
