#include <fmt/format.h>
#include <fmt/ranges.h>

#include "deployer/ctl/commands.h"

namespace trunkline::deployer {

void ServiceOptions::add_state_to(base::cli::Command& command) {
  command.option("--state", state, "DIR", "where the deployer keeps what it knows (TRUNKLINE_STATE)");
  command.flag("--json", json, "print JSON, one object a line");
}

void ServiceOptions::add_overwrite_to(base::cli::Command& command) {
  command.flag("--overwrite", overwrite, "set anew what somebody changed at the load balancer meanwhile");
}

void ServiceOptions::add_without_to(base::cli::Command& command) {
  command.option("--without", without, "SOCKET",
                 "go on without this one of several balancers, which is gone and sends nobody anywhere any more");
}

void ServiceOptions::add_to(base::cli::Command& command) {
  command.positional("service", service, "which service; may be left out where there is only one");
  add_state_to(command);
}

base::Result<ServiceFolder> ServiceOptions::folder() const {
  if (!service) {
    TRY_ASSIGN(std::string only, only_service(state));
    return ServiceFolder(state, std::move(only));
  }
  const ServiceFolder named(state, *service);
  if (service->find('/') == std::string::npos && std::filesystem::exists(named.root() / "instances")) return named;
  const auto known = services_in(state);
  const std::string others = known.empty() ? "" : fmt::format("; the services there: {}", fmt::join(known, ", "));
  return base::fail(base::Kind::not_found, fmt::format("{} was never released from {}{}", *service, state, others));
}

}  // namespace trunkline::deployer
