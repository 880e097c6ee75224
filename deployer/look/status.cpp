#include "deployer/look/status.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/cli/terminal.h"
#include "deployer/dial/dial.h"
#include "deployer/drivers/process_driver.h"
#include "deployer/record/service_lock.h"

namespace trunkline::deployer {
using base::JsonArray;
using base::JsonObject;
using base::Result;

namespace {

// By instances, where users are not moved by shares.
double share_by_count(const Status& status) {
  int serving = 0, fresh = 0;
  for (const Status::Row& row : status.instances) {
    if (row.traffic == "out" || row.view.status != InstanceStatus::running) continue;
    ++serving;
    fresh += row.view.revision == status.revision ? 1 : 0;
  }
  return serving == 0 ? 0 : static_cast<double>(fresh) / serving;
}

// What the balancers' maps say now, the largest of all dials, and how long they hold it by themselves.
void add_share(const Begun& begun, Status& status) {
  const auto dial = make_share_dial(begun.rollout);
  if (!dial) return;
  status.share = begun.state.outcome == Outcome::completed ? 1 : 0;
  if (begun.finished()) return;
  const std::string now_stable = begun.plan.new_pool() == Pool::twin ? "twin" : "home";
  for (size_t i = 0; i < begun.plan.dials.size(); ++i) {
    const Backends backends = backends_of(begun.rollout, static_cast<int>(i));
    const auto views = dial->read(backends.key);
    if (!views) {
      status.warning = to_string(views.error());
      continue;
    }
    Status::Share& share = status.shares.emplace_back(Status::Share{backends.key, 0});
    for (const ExposureView& view : *views) {
      if (!view.found) continue;
      const bool promoted = view.found->stable == (now_stable == "twin" ? backends.twin : backends.home);
      const double found = promoted ? 1 : view.leased ? static_cast<double>(view.found->share) / kAllUsers : 0;
      share.of_users = std::max(share.of_users, found);
      if (view.leased) status.until = view.clock + view.found->lease;
    }
    status.share = std::max(status.share, share.of_users);
  }
}

// A twin where nothing runs and nobody is sent to says nothing.
void drop_empty_twins(const Rollout& rollout, Status& status) {
  size_t index = 0;
  std::erase_if(status.instances, [&](const Status::Row& row) {
    return index++ >= rollout.instances.size() && row.view.status == InstanceStatus::stopped &&
           row.traffic != "serving";
  });
}

}  // namespace

Result<Status> read_status(const ServiceFolder& folder) {
  TRY_ASSIGN(const auto begun, load_begun(folder));
  if (!begun) return base::fail(base::Kind::not_found, fmt::format("{} was never released", folder.service()));
  return read_status(folder, *begun);
}

Result<Status> read_status(const ServiceFolder& folder, const Begun& begun) {
  Status status;
  status.service = folder.service();
  status.environment = begun.plan.environment;
  status.owner = begun.rollout.owner;
  status.runbook = begun.rollout.runbook;
  status.phase = to_string(begun.state.phase);
  if (begun.state.step < begun.state.steps.size() && !begun.finished()) {
    status.step = to_string(begun.state.steps[begun.state.step], begun.plan.places);
  }
  if (begun.state.outcome) status.outcome = to_string(*begun.state.outcome);
  status.at_work = ServiceLock::is_held(folder);
  status.revision = begun.plan.to;
  TRY_ASSIGN(const Before stable, folder.load_stable());
  status.stable = stable.revision;
  const ProcessDriver driver(folder, "/proc/self/exe");
  TRY_ASSIGN(Fleet fleet, read_fleet(begun.rollout, driver));
  status.instances = std::move(fleet.rows);
  status.warning = std::move(fleet.warning);
  status.share = share_by_count(status);
  add_share(begun, status);
  drop_empty_twins(begun.rollout, status);
  status.paused = begun.state.paused;
  status.reason = begun.state.reason;
  return status;
}

base::Json to_json(const Status& status) {
  JsonObject json{{"service", status.service}, {"environment", status.environment}, {"phase", status.phase}};
  if (!status.owner.empty()) json["owner"] = status.owner;
  if (!status.runbook.empty()) json["runbook"] = status.runbook;
  if (!status.step.empty()) json["step"] = status.step;
  if (!status.outcome.empty()) json["outcome"] = status.outcome;
  json["at_work"] = status.at_work;
  if (status.revision) json["revision"] = to_json(*status.revision);
  if (status.stable) json["stable"] = to_json(*status.stable);
  json["share"] = status.share;
  if (status.until) json["until"] = base::to_iso8601(*status.until);
  JsonArray instances;
  for (const Status::Row& row : status.instances) {
    JsonObject item{{"id", row.id}, {"address", row.address}};
    if (row.view.process) item["pid"] = row.view.process->pid;
    if (row.view.revision) item["revision"] = row.view.revision->version;
    item["state"] = to_string(row.view.status);
    if (!row.traffic.empty()) item["traffic"] = row.traffic;
    item["restarts"] = row.view.restarts;
    instances.push_back(std::move(item));
  }
  json["instances"] = std::move(instances);
  json["reason"] = status.reason;
  if (!status.warning.empty()) json["warning"] = status.warning;
  return json;
}

std::string to_text(const Status& status) {
  std::string text = fmt::format(
      "{} in {}: {}{}\n", status.service, status.environment,
      status.outcome.empty() ? status.phase + (status.paused ? " (paused)" : "") : "last release " + status.outcome,
      status.at_work ? ", a deployer is at work" : "");
  if (!status.owner.empty()) text += fmt::format("owner: {}\n", status.owner);
  if (!status.runbook.empty()) text += fmt::format("runbook: {}\n", status.runbook);
  if (!status.step.empty()) text += fmt::format("at: {}\n", status.step);
  if (!status.reason.empty()) text += fmt::format("reason: {}\n", status.reason);
  if (status.until) {
    text += fmt::format("share: {:g} % until {} if nobody renews it\n", status.share * 100,
                        base::to_iso8601(*status.until).substr(0, 19));
  }
  text += fmt::format("stable: {}\n\n", status.stable ? status.stable->version : "none");
  std::vector<std::vector<std::string>> rows = {
      {"INSTANCE", "ADDRESS", "PID", "REVISION", "STATE", "TRAFFIC", "RESTARTS"}};
  for (const Status::Row& row : status.instances) {
    rows.push_back({row.id, row.address, row.view.process ? std::to_string(row.view.process->pid) : "-",
                    row.view.revision ? row.view.revision->version : "-", std::string(to_string(row.view.status)),
                    row.traffic.empty() ? "-" : row.traffic, std::to_string(row.view.restarts)});
  }
  text += base::cli::format_table(rows);
  if (!status.warning.empty()) text += fmt::format("\nwarning: {}\n", status.warning);
  return text;
}

}  // namespace trunkline::deployer
