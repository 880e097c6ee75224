#include "deployer/run/release.h"

#include <algorithm>
#include <fmt/format.h>

#include "deployer/dial/dial.h"
#include "deployer/drivers/process_driver.h"
#include "deployer/look/capacity.h"
#include "deployer/look/exit_codes.h"
#include "deployer/look/occupancy.h"
#include "deployer/look/plan_warnings.h"
#include "deployer/record/begun.h"
#include "deployer/record/kept_journals.h"
#include "deployer/record/notes.h"
#include "deployer/record/rollout_id.h"
#include "deployer/record/service_lock.h"
#include "deployer/run/conduct.h"
#include "deployer/run/drift.h"
#include "deployer/run/say.h"
#include "deployer/support/reserve.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Kind;
using base::Result;

namespace {

// The way back must be there before anything is touched: how the stable revision is started, and its files.
Result<> check_way_back(const ServiceFolder& folder, const std::optional<ledger::Revision>& stable) {
  if (!stable || !ledger::is_managed(*stable)) return {};
  TRY_ASSIGN(const Launch launch, folder.load_launch(*stable));
  std::vector<fs::path> needed = {folder.release(*stable)};
  if (!launch.files.empty()) needed.push_back(folder.config(*stable));
  for (const fs::path& path : needed) {
    if (fs::exists(path)) continue;
    return fail(Kind::not_found, fmt::format("the files of {}, to which this release would go back, are gone from {}",
                                             stable->version, path.string()));
  }
  return {};
}

// What runs but is not in the file any more would be nobody's: it could neither be replaced nor taken down.
Result<> check_nobody_left_out(const ServiceFolder& folder, const Rollout& rollout) {
  const ProcessDriver driver(folder, "/proc/self/exe");
  const std::vector<Instance> places = places_of(rollout);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder.root() / "instances", ignored)) {
    const std::string id = entry.path().filename().string();
    const bool listed =
        std::any_of(places.begin(), places.end(), [&](const Instance& place) { return place.id == id; });
    if (listed) continue;
    TRY_ASSIGN(const InstanceView view, driver.observe(id));
    if (view.status == InstanceStatus::stopped) continue;
    return fail(Kind::invalid,
                fmt::format("targets.instances: {} runs, but is not in the list; name it, or take the "
                            "service down first",
                            id),
                {rollout.file, 0, 0});
  }
  return {};
}

// Both copies must fit: a machine out of memory ends whichever process it likes.
Result<> check_capacity(const ServiceFolder& folder, const Rollout& rollout, const Before& stable,
                        const ledger::Revision& to) {
  TRY_ASSIGN(const Plan plan, compile(rollout, "", stable, to));
  const auto capacity = capacity_for(plan, ProcessDriver(folder, "/proc/self/exe"));
  if (!capacity || capacity->is_there()) return {};
  return fail(Kind::conflict,
              fmt::format("the new instances beside the old ones would take some {} MB of memory, but only {} MB are "
                          "available here",
                          capacity->needed / 1'000'000, capacity->available / 1'000'000));
}

// What the release starts from. Programs that serve users, and that somebody else started, are only taken over from
// where a person says so.
Result<Before> what_runs(const ServiceFolder& folder, const Rollout& rollout, const std::vector<DialView>& views,
                         const MoveOptions& options) {
  TRY_ASSIGN(Before stable, folder.load_stable());
  if (options.take_over && stable.revision) {
    return fail(Kind::conflict, fmt::format("--take-over: {} runs {} from this state folder already; run without it",
                                            rollout.service, stable.revision->version));
  }
  if (stable.revision) return stable;
  if (!options.take_over) {
    TRY(check_nobody_served(rollout, views));
    return stable;
  }
  if (!by_share(rollout.strategy.type)) {
    return fail(
        Kind::invalid,
        fmt::format("strategy.type: --take-over moves users by shares; use canary, linear, blueGreen or allAtOnce "
                    "instead of {} for this release",
                    to_string(rollout.strategy.type)),
        rollout.strategy_at);
  }
  TRY(check_served(rollout, views));
  return Before{ledger::unmanaged_revision(), Pool::home};
}

// Who took over says what is to be stopped now.
void say_left_over(const Rollout& rollout, const MoveOptions& options) {
  for (const Occupant& left : find_left_over(rollout)) {
    say("left_over", rollout.service,
        fmt::format("{} at {} serves nobody any more: {}. Stop it for good before the next release, which starts {} "
                    "there",
                    left.instance, left.address, left.who, left.instance),
        options);
  }
}

Result<int> refuse_unfinished(const Begun& begun, const MoveOptions& options) {
  say("unfinished", begun.plan.service,
      fmt::format("{0} is not finished with {1} ({2}). Nothing was touched. Next: `deployer resume {0}` or "
                  "`deployer abort {0}`",
                  begun.plan.service, begun.plan.to.version, to_string(begun.state.phase)),
      options);
  return kExitHeld;
}

}  // namespace

Result<int> run_release(const Prepared& prepared, const MoveOptions& options) {
  // What is wrong with the request is found before anything is made, and so is a balancer that is gone.
  TRY(compile(prepared.rollout, "", {}, prepared.launch.revision));
  TRY(check_local(prepared.rollout));
  TRY_ASSIGN(const auto views, make_dial(prepared.rollout)->read(servers_of(prepared.rollout)));
  const ServiceFolder folder(options.state, prepared.rollout.service);
  TRY(folder.make());
  TRY_ASSIGN(const ServiceLock lock, ServiceLock::take(folder, "run " + prepared.rollout.file));
  TRY_ASSIGN(const auto before, load_begun(folder));
  if (before && !before->finished()) return refuse_unfinished(*before, options);
  if (before) TRY(settle(folder, *before));
  TRY_ASSIGN(const Before stable, what_runs(folder, prepared.rollout, views, options));
  TRY(check_way_back(folder, stable.revision));
  TRY(check_nobody_left_out(folder, prepared.rollout));
  TRY(check_capacity(folder, prepared.rollout, stable, prepared.launch.revision));
  const base::WallTime now = base::system_clock().wall();
  const Header header{new_rollout_id(now),
                      prepared.rollout.service,
                      fs::absolute(prepared.rollout.file).string(),  // whoever resumes may stand elsewhere
                      prepared.text,
                      prepared.artifact,
                      stable,
                      prepared.launch.revision,
                      now,
                      who_am_i()};
  TRY_ASSIGN(const Plan plan, compile(prepared.rollout, header.id, header.before, header.to));
  TRY(check_free(prepared.rollout, plan, ProcessDriver(folder, "/proc/self/exe")));
  const Begun begun{{header, {}, 0}, prepared.rollout, plan, initial_state(plan)};
  for (const std::string& warning : warnings_of(prepared.rollout, plan)) {
    say("warning", prepared.rollout.service, "warning: " + warning, options);
  }
  if (before && !options.overwrite) {
    TRY_ASSIGN(const auto changed, changed_before(*before, begun));
    note_all(folder, changed, "", base::Millis{0});
    if (!changed.empty()) return hold_for_drift(folder, changed, options);
  }
  TRY(Reserve(folder.reserve()).fill());  // before anything is touched: the way back needs room
  TRY(folder.save_config(header.to, prepared.config));
  TRY(folder.save_launch(prepared.launch));
  if (before) TRY(keep_journal(folder, before->plan.id));
  TRY_ASSIGN(Journal journal, Journal::create(folder.journal(), header));
  TRY_ASSIGN(const int code, conduct(folder, lock, begun, std::move(journal), event::Began{}, std::nullopt, options));
  if (options.take_over && code == 0) say_left_over(prepared.rollout, options);
  return code;
}

}  // namespace trunkline::deployer
