#include <algorithm>
#include <numeric>

#include "deployer/plan/plan.h"

namespace trunkline::deployer {
namespace {

void add_all(std::vector<Step>& steps, std::initializer_list<Step> more) {
  steps.insert(steps.end(), more);
}

void replace(const Batch& batch, std::vector<Step>& steps) {
  add_all(steps, {step::Drain{batch}, step::Stop{batch}, step::Start{batch, Side::stable},
                  step::Probe{batch, Side::stable}, step::Admit{batch}});
}

void let_in_again(const Batch& batch, std::vector<Step>& steps) {
  if (!batch.empty()) add_all(steps, {step::Probe{batch, Side::stable, true}, step::Admit{batch}});
}

// What is observed of the places of one pool.
struct Looked {
  Batch hot;      // the wanted revision runs there and the balancer may send users to it
  Batch shut;     // it runs there, but users may be shut out
  Batch idle;     // anything else that has no users
  Batch serving;  // anything else that has
  Batch touched;
  int quarantined = 0;
};

Looked look(const Plan& plan, const std::vector<Observed>& observed, Pool pool, std::optional<Side> wanted) {
  Looked looked;
  for (int i = 0; i < plan.fleet; ++i) {
    const int place = plan.place(i, pool);
    const Observed& seen = observed[static_cast<size_t>(place)];
    if (seen.quarantined) {
      ++looked.quarantined;
      continue;
    }
    if (seen.touched) looked.touched.push_back(place);
    if (wanted && seen.runs == wanted) {
      (seen.serving && !seen.unsure ? looked.hot : looked.shut).push_back(place);
    } else {
      (seen.serving ? looked.serving : looked.idle).push_back(place);
    }
  }
  return looked;
}

std::vector<Step> take_away(const Plan& plan, const std::vector<Observed>& observed) {
  const Looked looked = look(plan, observed, plan.new_pool(), std::nullopt);
  if (looked.touched.empty()) return {};
  return {step::Drain{looked.touched}, step::Stop{looked.touched}};
}

// The backends of the instances that stand in one place each: those of the dials, where waves have their own.
std::vector<Batch> backends(const Plan& plan) {
  if (plan.dials.size() > 1) return plan.dials;
  Batch all(static_cast<size_t>(plan.fleet));
  std::iota(all.begin(), all.end(), 0);
  return {all};
}

// How many of them may be out at once beside those in quarantine.
int spare_of(const Plan& plan, const Batch& backend, const std::vector<Observed>& observed, int quarantined) {
  const Batch places = plan.places_of(backend, plan.stable_pool);
  const auto out = std::count_if(places.begin(), places.end(),
                                 [&](int place) { return observed[static_cast<size_t>(place)].quarantined; });
  const int own = static_cast<int>(backend.size()) - plan.floor_of(backend.size()) - static_cast<int>(out);
  return std::min(plan.spare - quarantined, own);
}

std::optional<std::vector<Step>> in_place(const Plan& plan, const std::vector<Observed>& observed) {
  const Looked looked = look(plan, observed, plan.stable_pool, Side::stable);
  std::vector<Step> steps;
  let_in_again(looked.shut, steps);
  if (!looked.idle.empty()) replace(looked.idle, steps);
  for (const Batch& backend : backends(plan)) {
    // Those whose door may still be shut first: the floor may have nobody to spare as long as they are out.
    Batch serving;
    for (const bool unsure : {true, false}) {
      for (const int place : plan.places_of(backend, plan.stable_pool)) {
        const bool serves = std::find(looked.serving.begin(), looked.serving.end(), place) != looked.serving.end();
        if (serves && observed[static_cast<size_t>(place)].unsure == unsure) serving.push_back(place);
      }
    }
    if (serving.empty()) continue;
    const int spare = spare_of(plan, backend, observed, looked.quarantined);
    if (spare < 1) return std::nullopt;
    for (size_t begin = 0; begin < serving.size(); begin += static_cast<size_t>(spare)) {
      const size_t end = std::min(serving.size(), begin + static_cast<size_t>(spare));
      replace({serving.begin() + static_cast<long>(begin), serving.begin() + static_cast<long>(end)}, steps);
    }
  }
  return steps;
}

// Whether the users of some dial would be sent back to nobody.
bool nobody_is_left(const Plan& plan, const std::vector<Observed>& observed) {
  return std::any_of(plan.dials.begin(), plan.dials.end(), [&](const Batch& dial) {
    const Batch places = plan.places_of(dial, plan.stable_pool);
    return std::all_of(places.begin(), places.end(),
                       [&](int place) { return observed[static_cast<size_t>(place)].quarantined; });
  });
}

std::optional<std::vector<Step>> beside(const Plan& plan, const std::vector<Observed>& observed, bool exposed) {
  if (exposed && nobody_is_left(plan, observed)) return std::nullopt;
  const Looked old = look(plan, observed, plan.stable_pool, Side::stable);
  std::vector<Step> steps;
  let_in_again(old.shut, steps);
  Batch gone = old.idle;
  gone.insert(gone.end(), old.serving.begin(), old.serving.end());
  if (!gone.empty()) {
    add_all(steps, {step::Start{gone, Side::stable}, step::Probe{gone, Side::stable}, step::Admit{gone}});
  }
  if (exposed) {
    if (plan.verify_first && !old.hot.empty()) steps.emplace_back(step::Probe{old.hot, Side::stable, true});
    std::vector<int> dials(plan.dials.size());
    std::iota(dials.begin(), dials.end(), 0);
    steps.emplace_back(step::Expose{dials, 0, false});
  }
  const Looked fresh = look(plan, observed, plan.new_pool(), std::nullopt);
  if (!fresh.touched.empty()) add_all(steps, {step::Drain{fresh.touched}, step::Stop{fresh.touched}});
  return steps;
}

}  // namespace

std::optional<std::vector<Step>> compile_rollback(const Plan& plan, const std::vector<Observed>& observed,
                                                  bool exposed) {
  std::optional<std::vector<Step>> steps = !plan.from      ? take_away(plan, observed)
                                           : plan.by_share ? beside(plan, observed, exposed)
                                                           : in_place(plan, observed);
  if (steps && plan.rollback_hooks) steps->emplace_back(step::Hook{HookPoint::on_rollback});
  return steps;
}

}  // namespace trunkline::deployer
