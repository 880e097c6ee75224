#include "deployer/run/down.h"

#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "base/cli/tool.h"
#include "deployer/dial/dial.h"
#include "deployer/drivers/process_driver.h"
#include "deployer/record/begun.h"
#include "deployer/record/notes.h"
#include "deployer/record/service_lock.h"
#include "deployer/support/interruption.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

Result<int> take_down(const std::string& service, bool force, const MoveOptions& options) {
  const ServiceFolder folder(options.state, service);
  TRY_ASSIGN(const ServiceLock lock, ServiceLock::take(folder, "down"));
  TRY_ASSIGN(auto begun, load_begun(folder));
  if (!begun)
    return fail(Kind::not_found, fmt::format("{} was never released from {}", service, options.state.string()));
  if (begun->finished()) TRY(settle(folder, *begun));
  const auto dial = make_dial(begun->rollout);
  const ProcessDriver driver(folder, "/proc/self/exe");
  const Interruption interruption;
  const std::vector<Server> servers = servers_of(begun->rollout);
  for (size_t i = 0; i < servers.size(); ++i) {
    const Instance& instance = place_at(begun->rollout, static_cast<int>(i));
    auto drained = dial->drain(servers[i], 0, interruption.token());
    if (!drained && !force) {
      drained.error().message += "; what users may still reach is not stopped (--force does it all the same)";
      return fail(drained.error());
    }
    if (!drained) base::cli::print_error("deployer", drained.error());
    TRY_ASSIGN(const InstanceView view, driver.observe(instance.id));
    TRY(driver.stop(instance.id, interruption.token()));
    if (!options.json && view.status != InstanceStatus::stopped)
      base::cli::print(fmt::format("{} stopped\n", instance.id));
  }
  TRY(folder.save_stable({}));
  note(folder, who_am_i(), "down", force ? "taken down, whatever the load balancer says" : "taken down");
  if (!begun->finished()) {
    TRY_ASSIGN(Journal journal, Journal::reopen(folder.journal(), begun->journal));
    const base::Millis at = begun->journal.events.empty() ? base::Millis{0} : begun->journal.events.back().at;
    TRY(journal.append({at, base::system_clock().wall(), event::Abandoned{who_am_i()}}));
    TRY_ASSIGN(begun, load_begun(folder));
    TRY(settle(folder, *begun));
  }
  if (options.json) base::cli::print_json(base::JsonObject{{"service", service}, {"state", "stopped"}});
  return 0;
}

}  // namespace trunkline::deployer
