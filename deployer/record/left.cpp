#include "deployer/record/left.h"

#include <algorithm>

#include "deployer/dial/dial.h"
#include "deployer/record/rollout_id.h"

namespace trunkline::deployer {
namespace {

const std::string& backend_of(const Backends& backends, Pool pool) {
  return pool == Pool::home ? backends.home : backends.twin;
}

// Whether this event ends the change of a dial.
bool is_set(const State& before, const event::Done& done) {
  if (done.ticket != before.ticket || before.step >= before.steps.size()) return false;
  return on_dials(before.steps[before.step]);
}

bool shows(const ExposureView& view, const std::string& home, const Exposure& exposure) {
  if (view.text.empty()) return exposure.share == 0 && exposure.stable == home;
  const auto entry = parse_entry(view.text);
  return entry && same_exposure(*entry, entry_for(exposure, 0));
}

}  // namespace

Exposure exposure_of(const Rollout& rollout, const Plan& plan, int dial, int share, bool preview) {
  const Backends backends = backends_of(rollout, dial);
  const bool exposed = share > 0 || preview;
  return {
      backends.key,     backend_of(backends, plan.stable_pool), backend_of(backends, other(plan.stable_pool)), share,
      salt_of(plan.id), exposed ? plan.lease : base::Millis{0}};
}

Exposure promoted_exposure_of(const Rollout& rollout, const Plan& plan, int dial) {
  const Backends backends = backends_of(rollout, dial);
  return {backends.key,
          backend_of(backends, plan.new_pool()),
          backend_of(backends, other(plan.new_pool())),
          0,
          salt_of(plan.id),
          base::Millis{0}};
}

std::vector<std::vector<Exposure>> left_at_dials(const Begun& begun) {
  const bool one = !begun.rollout.traffic || begun.rollout.traffic->endpoints.size() < 2;
  std::vector<std::vector<Exposure>> left;
  for (size_t i = 0; i < begun.plan.dials.size(); ++i) {
    left.push_back({exposure_of(begun.rollout, begun.plan, static_cast<int>(i), 0, false)});
  }
  State state = initial_state(begun.plan);
  for (const Recorded& recorded : begun.journal.events) {
    // One of several balancers may have missed the change.
    const auto* done = std::get_if<event::Done>(&recorded.event);
    if (one && done != nullptr && is_set(state, *done)) {
      auto& values = left[static_cast<size_t>(done->instance)];
      values = {values.back()};
    }
    Advance turn = advance(begun.plan, std::move(state), recorded.event, recorded.at);
    state = std::move(turn.state);
    for (const Action& action : turn.actions) {
      if (const auto* a = std::get_if<action::Expose>(&action)) {
        left[static_cast<size_t>(a->dial)].push_back(
            exposure_of(begun.rollout, begun.plan, a->dial, a->share, a->preview));
      }
      if (const auto* a = std::get_if<action::Promote>(&action)) {
        left[static_cast<size_t>(a->dial)].push_back(promoted_exposure_of(begun.rollout, begun.plan, a->dial));
      }
    }
  }
  return left;
}

std::optional<std::string> drift_of(const std::vector<Exposure>& left, const std::string& home,
                                    const ExposureView& view, base::WallTime since) {
  if (view.error || view.started >= since) return std::nullopt;
  const auto is_shown = [&](const Exposure& exposure) { return shows(view, home, exposure); };
  if (std::any_of(left.begin(), left.end(), is_shown)) return std::nullopt;
  return drift_text(left.back().key, view.endpoint, entry_for(left.back(), 0), view.text);
}

std::vector<std::string> find_drift(const Begun& begun, const std::vector<std::vector<Exposure>>& left,
                                    const DialViews& views, base::WallTime since) {
  std::vector<std::string> found;
  for (size_t i = 0; i < left.size(); ++i) {
    const Backends backends = backends_of(begun.rollout, static_cast<int>(i));
    for (const ExposureView& view : views[i]) {
      if (auto drift = drift_of(left[i], backends.home, view, since)) found.push_back(*std::move(drift));
    }
  }
  return found;
}

base::Result<DialViews> look_at_dials(ShareDial& share, const Begun& begun) {
  DialViews all;
  for (size_t i = 0; i < begun.plan.dials.size(); ++i) {
    TRY_ASSIGN(auto views, share.read(backends_of(begun.rollout, static_cast<int>(i)).key));
    all.push_back(std::move(views));
  }
  return all;
}

bool all_show(const Exposure& exposure, const std::vector<ExposureView>& views) {
  return std::all_of(views.begin(), views.end(), [&](const ExposureView& view) {
    const auto entry = parse_entry(view.text);
    return !view.error && entry && same_exposure(*entry, entry_for(exposure, 0));
  });
}

}  // namespace trunkline::deployer
