#include "deployer/run/adopt.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "deployer/dial/dial.h"
#include "deployer/drivers/find_supervisor.h"
#include "deployer/look/prober.h"
#include "deployer/record/begun.h"
#include "deployer/record/rollout_id.h"
#include "deployer/record/service_lock.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Kind;
using base::Result;

namespace {

// Only what is lost may be found again.
Result<> check_lost(const ServiceFolder& folder) {
  const auto begun = load_begun(folder);
  if (!begun || !*begun) return {};
  if (!(*begun)->finished()) {
    return fail(Kind::conflict, fmt::format("{0} is not finished with {1}, and its journal is whole. Next: `deployer "
                                            "resume {0}` or `deployer abort {0}`",
                                            folder.service(), (*begun)->plan.to.version));
  }
  TRY_ASSIGN(const Before stable, folder.load_stable());
  if (!stable.revision) return {};
  return fail(Kind::conflict, fmt::format("nothing is lost of {}: {} is stable (see `deployer status`)",
                                          folder.service(), stable.revision->version));
}

// What the balancers call stable, if they say so.
Result<std::optional<Pool>> pool_at_balancers(const Rollout& rollout) {
  const auto share = make_share_dial(rollout);
  if (!share) return std::nullopt;
  const Backends backends = backends_of(rollout, 0);
  TRY_ASSIGN(const auto views, share->read(backends.key));
  for (const ExposureView& view : views) {
    if (view.found) return view.found->stable == backends.twin ? Pool::twin : Pool::home;
  }
  return Pool::home;  // without an entry HAProxy sends everybody there
}

bool is_in(const Rollout& rollout, int place, Pool pool) {
  return (place < static_cast<int>(rollout.instances.size())) == (pool == Pool::home);
}

Result<Adoption::Row> look_at(const Instance& instance, FleetRow row, const ledger::Revision& revision,
                              const Prober& prober, const ServiceFolder& folder, const std::stop_token& stop) {
  if (row.view.status == InstanceStatus::stopped) {
    if (const auto found = find_supervisor(folder.instance(instance.id))) {
      row.view.process = found->child;
      row.view.status = found->child ? InstanceStatus::running : InstanceStatus::backing_off;
    }
  }
  Adoption::Row seen{std::move(row), prober.version_said(instance).value_or(""), false};
  const bool runs = seen.row.view.status != InstanceStatus::stopped;
  if (!runs && !seen.says.empty()) {
    return fail(Kind::invalid, fmt::format("{} answers at {}, but no supervisor of {} runs it: stop it first",
                                           seen.says, instance.address(), folder.root().string()));
  }
  seen.is_revision = runs && prober.look(instance, revision, stop).has_value();
  return seen;
}

int matching(const Adoption& adoption, const Rollout& rollout, Pool pool) {
  int count = 0;
  for (size_t i = 0; i < adoption.rows.size(); ++i) {
    count += is_in(rollout, static_cast<int>(i), pool) && adoption.rows[i].is_revision ? 1 : 0;
  }
  return count;
}

Result<> send_everybody_to(Pool pool, const Rollout& rollout, const Fence& fence, const std::string& id) {
  const auto share = make_share_dial(rollout, fence);
  if (!share) return {};
  for (const Backends& backends : backends_of(rollout)) {
    const bool home = pool == Pool::home;
    TRY(share->set({backends.key, home ? backends.home : backends.twin, home ? backends.twin : backends.home, 0,
                    salt_of(id), base::Millis{0}},
                   Drift::overwrite, {}, {}));
  }
  return {};
}

// The journal that cannot be read is kept for a person.
Result<> set_aside_damaged(const ServiceFolder& folder, base::WallTime now) {
  if (load_begun(folder).has_value()) return {};
  const fs::path aside = folder.journal().string() + ".damaged-" + new_rollout_id(now);
  std::error_code code;
  fs::rename(folder.journal(), aside, code);
  return code ? fail(base::system_error("rename " + folder.journal().string(), code.value())) : Result<>{};
}

}  // namespace

Result<Adoption> look_for_adoption(const Prepared& prepared, const ServiceFolder& folder, const std::stop_token& stop) {
  TRY(check_lost(folder));
  const Rollout& rollout = prepared.rollout;
  const ProcessDriver driver(folder, "/proc/self/exe");
  const Prober prober(rollout.probes, [&driver](const std::string& id) { return driver.observe(id); });
  TRY_ASSIGN(Fleet fleet, read_fleet(rollout, driver));
  if (!fleet.warning.empty()) return fail(Kind::unavailable, fleet.warning);
  Adoption adoption;
  const ledger::Revision& revision = prepared.launch.revision;
  for (size_t i = 0; i < fleet.rows.size(); ++i) {
    TRY_ASSIGN(auto row, look_at(place_at(rollout, static_cast<int>(i)), std::move(fleet.rows[i]), revision, prober,
                                 folder, stop));
    adoption.rows.push_back(std::move(row));
  }
  TRY_ASSIGN(const auto said, pool_at_balancers(rollout));
  const bool more_twins = matching(adoption, rollout, Pool::twin) > matching(adoption, rollout, Pool::home);
  adoption.pool = said.value_or(more_twins ? Pool::twin : Pool::home);
  if (matching(adoption, rollout, adoption.pool) == 0) {
    return fail(Kind::not_found,
                fmt::format("{} runs nowhere that users are sent to; name what does with --artifact:\n{}",
                            revision.version, to_text(adoption)));
  }
  for (size_t i = 0; i < adoption.rows.size(); ++i) {
    const bool runs = adoption.rows[i].row.view.status != InstanceStatus::stopped;
    if (runs && !is_in(rollout, static_cast<int>(i), adoption.pool)) adoption.leftovers.push_back(static_cast<int>(i));
  }
  return adoption;
}

Result<> adopt(const Prepared& prepared, const Adoption& adoption, const ServiceFolder& folder,
               const std::stop_token& stop) {
  const Rollout& rollout = prepared.rollout;
  const ledger::Revision& revision = prepared.launch.revision;
  TRY(folder.make());
  TRY_ASSIGN(const ServiceLock lock, ServiceLock::take(folder, "adopt " + rollout.file));
  TRY(check_lost(folder));
  const base::WallTime now = base::system_clock().wall();
  TRY(set_aside_damaged(folder, now));
  const ProcessDriver driver(folder, "/proc/self/exe");
  TRY(driver.fetch(prepared.artifact, revision));
  TRY(folder.save_config(revision, prepared.config));
  TRY(folder.save_launch(prepared.launch));
  for (size_t i = 0; i < adoption.rows.size(); ++i) {
    if (adoption.rows[i].row.view.status == InstanceStatus::stopped) continue;
    const Instance& instance = place_at(rollout, static_cast<int>(i));
    TRY(driver.adopt(
        instance, command_for(prepared.launch, instance, rollout.service, rollout.environment, folder.config(revision)),
        revision, rollout.stop_grace));
  }
  const Header header{new_rollout_id(now),           rollout.service, rollout.file, prepared.text, prepared.artifact,
                      {std::nullopt, adoption.pool}, revision,        now,          who_am_i()};
  const auto dial = make_dial(rollout, lock.fence());
  // Balancers may differ: one was silent while the rollout that is lost went on.
  for (size_t i = 0; i < adoption.rows.size(); ++i) {
    const int place = static_cast<int>(i);
    if (!adoption.rows[i].is_revision || !is_in(rollout, place, adoption.pool)) continue;
    TRY(dial->admit(server_of(rollout, place), stop));
  }
  TRY(send_everybody_to(adoption.pool, rollout, lock.fence(), header.id));
  for (const int place : adoption.leftovers) {
    TRY(dial->drain(server_of(rollout, place), 0, stop));
    TRY(driver.stop(place_at(rollout, place).id, stop));
  }
  TRY_ASSIGN(Journal journal, Journal::create(folder.journal(), header));
  TRY(journal.append({base::Millis{0}, now, event::Adopted{who_am_i()}}));
  TRY_ASSIGN(const auto begun, load_begun(folder));
  return settle(folder, *begun);
}

std::string to_text(const Adoption& adoption) {
  std::vector<std::vector<std::string>> rows = {{"INSTANCE", "ADDRESS", "PID", "STATE", "SAYS", "TRAFFIC", ""}};
  for (const Adoption::Row& row : adoption.rows) {
    const bool leftover = std::any_of(adoption.leftovers.begin(), adoption.leftovers.end(),
                                      [&](int place) { return &adoption.rows[static_cast<size_t>(place)] == &row; });
    rows.push_back({row.row.id, row.row.address, row.row.view.process ? std::to_string(row.row.view.process->pid) : "-",
                    std::string(to_string(row.row.view.status)), row.says.empty() ? "-" : row.says,
                    row.row.traffic.empty() ? "-" : row.row.traffic,
                    leftover          ? "would be drained and stopped"
                    : row.is_revision ? "is the file's"
                                      : ""});
  }
  return base::cli::format_table(rows);
}

base::Json to_json(const Adoption& adoption) {
  base::JsonArray rows;
  for (size_t i = 0; i < adoption.rows.size(); ++i) {
    const Adoption::Row& row = adoption.rows[i];
    const auto& left = adoption.leftovers;
    rows.push_back(
        base::JsonObject{{"id", row.row.id},
                         {"address", row.row.address},
                         {"state", to_string(row.row.view.status)},
                         {"says", row.says},
                         {"is_revision", row.is_revision},
                         {"leftover", std::find(left.begin(), left.end(), static_cast<int>(i)) != left.end()}});
  }
  return base::JsonObject{{"pool", to_string(adoption.pool)}, {"instances", std::move(rows)}};
}

}  // namespace trunkline::deployer
