#include "deployer/look/verify.h"

#include <algorithm>
#include <fmt/format.h>

#include "deployer/dial/dial.h"
#include "deployer/engine/describe.h"
#include "deployer/look/checks_setting.h"
#include "deployer/look/fleet.h"
#include "deployer/look/prober.h"
#include "deployer/record/begun.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
using base::Result;

namespace {

constexpr base::Millis kLongestMeasuring{30'000};

Finding good(std::string text) {
  return {Finding::Level::ok, std::move(text), "", {}};
}
Finding bad(std::string text, std::string mend = "") {
  return {Finding::Level::fail, std::move(text), std::move(mend), {}};
}

// One look at a service, against one rollout file.
class Look {
 public:
  Look(const Prepared& prepared, const ServiceFolder& folder, Before stable, std::stop_token stop)
      : rollout_(prepared.rollout),
        revision_(prepared.launch.revision),
        stable_(std::move(stable)),
        driver_(folder, "/proc/self/exe"),
        prober_(rollout_.probes, [this](const std::string& id) { return driver_.observe(id); }),
        stop_(std::move(stop)) {}

  Result<Findings> take() {
    look_at_revision();
    TRY_ASSIGN(const Fleet fleet, read_fleet(rollout_, driver_));
    if (!fleet.warning.empty()) found_.push_back(bad(fleet.warning));
    for (size_t place = 0; place < fleet.rows.size(); ++place)
      look_at_place(static_cast<int>(place), fleet.rows[place]);
    look_at_shares();
    TRY(measure());
    return std::move(found_);
  }

 private:
  void look_at_revision() {
    if (stable_.revision == revision_) {
      found_.push_back(good(fmt::format("{} is the stable revision", revision_.version)));
      return;
    }
    found_.push_back(bad(fmt::format("the file says {}, but {} is the stable revision", named(revision_),
                                     stable_.revision ? named(*stable_.revision) : "none"),
                         "deployer run " + rollout_.file));
  }

  static std::string named(const ledger::Revision& revision) {
    return fmt::format("{} ({})", revision.version, id_of(revision));
  }

  bool is_home(int place) const { return place < static_cast<int>(rollout_.instances.size()); }
  bool is_stable(int place) const { return is_home(place) == (stable_.pool == Pool::home); }

  void look_at_place(int place, const FleetRow& row) {
    const bool runs = row.view.status != InstanceStatus::stopped;
    if (!is_stable(place)) {
      if (runs) found_.push_back(bad(row.id + " runs, though nothing should there"));
      if (row.traffic == "serving") found_.push_back(bad(row.id + " gets users, though nothing should run there"));
      return;
    }
    const std::string trouble = trouble_of(place, row);
    if (!trouble.empty()) {
      found_.push_back(bad(fmt::format("{} at {}: {}", row.id, row.address, trouble)));
      return;
    }
    found_.push_back(good(fmt::format("{} at {} runs {}, is ready{}", row.id, row.address, row.view.revision->version,
                                      row.traffic.empty() ? "" : " and gets users")));
    if (row.view.restarts == 0) return;
    found_.push_back({Finding::Level::warn,
                      fmt::format("{} was started again {} times, the last time after {}", row.id, row.view.restarts,
                                  row.view.last_exit),
                      "",
                      {}});
  }

  std::string trouble_of(int place, const FleetRow& row) const {
    if (row.view.status == InstanceStatus::stopped) return "does not run";
    if (row.view.status == InstanceStatus::backing_off) return "ended with " + row.view.last_exit;
    if (row.view.revision != stable_.revision) return "runs " + row.view.revision->version;
    const auto probed = prober_.look(place_at(rollout_, place), *row.view.revision, stop_);
    if (!probed) return probed.error().message;
    return row.traffic == "out" ? "is well, but gets no users" : "";
  }

  void look_at_shares() {
    const auto share = make_share_dial(rollout_);
    if (!share) return;
    for (const Backends& backends : backends_of(rollout_)) {
      const auto views = share->read(backends.key);
      if (!views) {
        found_.push_back(bad(to_string(views.error())));
        continue;
      }
      for (const ExposureView& view : *views) look_at_share(backends, view);
    }
  }

  void look_at_share(const Backends& backends, const ExposureView& view) {
    const std::string at = fmt::format("HAProxy at {}: {}", view.endpoint, backends.key);
    const std::string& expected = stable_.pool == Pool::home ? backends.home : backends.twin;
    if (view.error) {
      found_.push_back(bad(to_string(*view.error)));
    } else if (view.text.empty()) {
      found_.push_back(stable_.pool == Pool::home ? good(at + " has no share")
                                                  : bad(at + " has no entry, so users go to " + backends.home));
    } else if (!view.found) {
      found_.push_back(bad(fmt::format("{} has the entry \"{}\", which is none", at, view.text)));
    } else if (view.found->stable != expected) {
      found_.push_back(bad(fmt::format("{} sends users to {}, expected {}", at, view.found->stable, expected)));
    } else if (view.leased && view.found->share > 0) {
      found_.push_back(
          bad(fmt::format("{} sends {} of users to {}", at, share_text(view.found->share), view.found->fresh)));
    } else {
      found_.push_back(good(fmt::format("{} sends all users to {}", at, expected)));
    }
  }

  Result<> measure() {
    const std::vector<Metric>& metrics = rollout_.analysis.metrics;
    if (metrics.empty() || !stable_.revision) return {};
    base::Millis wait{0};
    for (const Metric& metric : metrics) wait = std::max(wait, metric.interval);
    std::vector<int> sides;
    for (int place = 0; place < static_cast<int>(places_of(rollout_).size()); ++place) {
      if (is_stable(place)) sides.push_back(place);
    }
    Checks checks(
        checks_setting(rollout_, query_values(rollout_.service, rollout_.environment, *stable_.revision, std::nullopt),
                       driver_),
        metrics);
    const auto start = base::system_clock().steady();
    const auto now = [&] { return std::chrono::duration_cast<base::Millis>(base::system_clock().steady() - start); };
    checks.open(sides, {}, now());
    TRY(pause_for(std::min(wait, kLongestMeasuring), stop_));
    for (const Metric& metric : metrics) judge_one(metric, checks.measure(metric, now()));
    return {};
  }

  void judge_one(const Metric& metric, const Measurement& measurement) {
    const Verdict verdict = assess(metric, rollout_.analysis.on_missing, measurement);
    const bool failed = verdict == Verdict::fail || verdict == Verdict::error;
    const Finding::Level level = verdict == Verdict::pass    ? Finding::Level::ok
                                 : failed && !metric.dry_run ? Finding::Level::fail
                                                             : Finding::Level::warn;
    found_.push_back({level,
                      fmt::format("{}: {} ({}) {}", metric.name, result_text(metric, measurement, {}),
                                  limit_text(metric), to_string(verdict)),
                      "",
                      {}});
  }

  const Rollout& rollout_;
  const ledger::Revision& revision_;
  const Before stable_;
  const ProcessDriver driver_;
  const Prober prober_;
  const std::stop_token stop_;
  Findings found_;
};

}  // namespace

Result<Findings> verify(const Prepared& prepared, const ServiceFolder& folder, const std::stop_token& stop) {
  TRY_ASSIGN(const auto begun, load_begun(folder));
  if (!begun) {
    return Findings{
        bad(folder.service() + " was never released from " + folder.root().parent_path().string(),
            fmt::format("deployer run {0}; or, where it runs and only its state was lost, deployer adopt {0}",
                        prepared.rollout.file))};
  }
  if (!begun->finished()) {
    return Findings{bad(fmt::format("{} is not finished with {} ({})", folder.service(), begun->plan.to.version,
                                    to_string(begun->state.phase)),
                        fmt::format("deployer resume {0}, or deployer abort {0}", folder.service()))};
  }
  TRY_ASSIGN(Before stable, folder.load_stable());
  return Look(prepared, folder, std::move(stable), stop).take();
}

}  // namespace trunkline::deployer
