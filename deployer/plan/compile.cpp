#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "deployer/plan/plan.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

Batch first(int count) {
  Batch all(static_cast<size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// `all` cut into batches of `size`, the first of `first`.
std::vector<Batch> cut(const Batch& all, size_t first, size_t size) {
  std::vector<Batch> batches;
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = std::min(all.size(), begin + (begin == 0 ? first : size));
    batches.emplace_back(all.begin() + static_cast<long>(begin), all.begin() + static_cast<long>(end));
    begin = end;
  }
  return batches;
}

// One compilation: the plan being made, and what the steps are made from.
class Compiler {
 public:
  Compiler(const Rollout& rollout, Plan& plan) : rollout_(rollout), plan_(plan), waves_(rollout.waves) {
    if (waves_.empty()) waves_.push_back({"", first(plan.fleet), std::nullopt, base::Millis{0}, "", ""});
  }

  void compile() {
    hook(HookPoint::pre_rollout);
    add(step::Fetch{});
    tasks(false);
    if (!plan_.from) {
      first_release();
    } else if (plan_.by_share) {
      beside();
    } else {
      in_place();
    }
    tasks(true);
    hook(HookPoint::post_rollout);
  }

 private:
  void add(Step step) { plan_.steps.push_back(std::move(step)); }

  void hook(HookPoint point) {
    if (rollout_.hooks.commands.contains(point)) add(step::Hook{point});
  }

  void tasks(bool contract) {
    for (size_t i = 0; i < rollout_.tasks.size(); ++i) {
      if (rollout_.tasks[i].contract == contract) add(step::Task{static_cast<int>(i), contract});
    }
  }

  void bake(base::Millis length) {
    if (length.count() > 0) add(step::Bake{length, {}, 0, OnInsufficient::extend, length});
  }

  // A service without a load balancer has nobody to send anywhere, but the steps are the same.
  void admit(const Batch& places) {
    hook(HookPoint::before_traffic);
    add(step::Admit{places});
    hook(HookPoint::after_traffic);
  }

  void retire(const Batch& places) {
    hook(HookPoint::before_drain);
    add(step::Drain{places});
    hook(HookPoint::after_drain);
    add(step::Stop{places});
  }

  // Nothing runs yet, so there is nobody to protect: all at once. The door is closed first, for a balancer that sees a
  // passed health check would let users in before our probes do.
  void first_release() {
    const Batch all = plan_.places_of(first(plan_.fleet), plan_.stable_pool);
    add(step::Drain{all});
    add(step::Start{all, Side::fresh});
    add(step::Probe{all, Side::fresh});
    if (!plan_.dials.empty()) add(step::Expose{dials(), 0, false});
    admit(all);
    no_return_after_here();
    bake(rollout_.strategy.post_promotion_bake);
  }

  void in_place() {
    const Strategy& strategy = rollout_.strategy;
    const bool one_box = strategy.type == StrategyType::one_box;
    for (const Wave& wave : waves_) {
      const auto size = static_cast<size_t>(batch_of(wave));
      for (bool box = one_box; const Batch& batch : cut(wave.instances, box ? 1 : size, size)) {
        const Batch places = plan_.places_of(batch, plan_.stable_pool);
        no_return_after_here();
        retire(places);
        add(step::Start{places, Side::fresh});
        add(step::Probe{places, Side::fresh});
        admit(places);
        if (!one_box || box) bake(strategy.bake);
        box = false;
      }
      bake(wave.bake);
    }
    bake(strategy.post_promotion_bake);
  }

  // The new revision beside the old one: shares of users move, wave by wave, and the old one is hot until the end.
  void beside() {
    const Batch old = plan_.places_of(first(plan_.fleet), plan_.stable_pool);
    // What a release before may have left there.
    const Batch all = plan_.places_of(first(plan_.fleet), plan_.new_pool());
    add(step::Drain{all});
    add(step::Stop{all});
    for (size_t i = 0; i < waves_.size(); ++i) {
      const Batch fresh = plan_.places_of(waves_[i].instances, plan_.new_pool());
      add(step::Start{fresh, Side::fresh});
      add(step::Probe{fresh, Side::fresh});
      admit(fresh);
      ramp(i);
      bake(waves_[i].bake);
    }
    if (rollout_.strategy.keep_old) bake(rollout_.strategy.post_promotion_bake);
    add(step::Promote{dials()});
    no_return_after_here();
    if (ledger::is_managed(*plan_.from)) {
      retire(old);
    } else {
      add(step::Drain{old});  // whoever started it stops it
    }
    if (!rollout_.strategy.keep_old) bake(rollout_.strategy.post_promotion_bake);
  }

  void ramp(size_t wave) {
    for (Step step : rollout_.strategy.ramp) {
      if (auto* expose = std::get_if<step::Expose>(&step)) {
        const bool own = plan_.dials.size() > 1;
        expose->dials = {own ? static_cast<int>(wave) : 0};
        if (!own) expose->share = share_of(wave, expose->share);
      }
      add(std::move(step));
    }
  }

  // Waves of one dial: each moves its part of the users, as large as it is in the fleet, beside those who moved with
  // the waves before.
  int share_of(size_t wave, int share) const {
    size_t before = 0;
    for (size_t i = 0; i < wave; ++i) before += waves_[i].instances.size();
    const auto moved = static_cast<int64_t>(before) * kAllUsers,
               moving = static_cast<int64_t>(waves_[wave].instances.size()) * share;
    return static_cast<int>(std::max<int64_t>((moved + moving) / plan_.fleet, share > 0 ? 1 : 0));
  }

  std::vector<int> dials() const { return first(static_cast<int>(plan_.dials.size())); }

  int batch_of(const Wave& wave) const {
    const Amount most = wave.max_unavailable.value_or(rollout_.strategy.max_unavailable);
    const int size = static_cast<int>(wave.instances.size());
    // A backend of its own keeps its part of the floor.
    const int spare = plan_.dials.size() > 1 ? size - plan_.floor_of(wave.instances.size()) : plan_.spare;
    return std::min({plan_.spare, spare, std::max(1, most.floor_of(size))});
  }

  void no_return_after_here() {
    if (plan_.no_instant_return == 0) plan_.no_instant_return = plan_.steps.size();
  }

  const Rollout& rollout_;
  Plan& plan_;
  std::vector<Wave> waves_;
};

Result<> check(const Rollout& rollout, const Plan& plan) {
  const int floor = rollout.min_healthy.ceiling_of(plan.fleet);
  if (floor > plan.fleet) {
    return fail(Kind::invalid, fmt::format("targets.minHealthy: there are only {} instances", plan.fleet),
                rollout.min_healthy_at);
  }
  if (!plan.by_share && plan.spare < 1) {
    return fail(Kind::invalid,
                fmt::format("targets.minHealthy: of {} instances {} must stay healthy, so none can be replaced; "
                            "lower it or add instances",
                            plan.fleet, floor),
                rollout.min_healthy_at);
  }
  if (plan.stable_pool == Pool::twin && rollout.twins.size() != rollout.instances.size()) {
    return fail(Kind::invalid,
                fmt::format("targets.instances: {} runs at the instances' twins now; every instance needs its twin's "
                            "address, until a release by share has moved back",
                            plan.from ? plan.from->version : "it"),
                rollout.strategy_at);
  }
  if (plan.by_share && rollout.twins.size() != rollout.instances.size()) {
    return fail(Kind::invalid,
                fmt::format("strategy.type: {} runs the new revision beside the old one: give every instance a `twin` "
                            "address, or targets.ports",
                            plan.strategy),
                rollout.strategy_at);
  }
  if (plan.by_share && (!rollout.traffic || rollout.traffic->map.empty())) {
    return fail(Kind::invalid,
                fmt::format("strategy.type: {} moves shares of users: give traffic a `twin` backend and a `map` "
                            "(`deployer init --haproxy` prints what HAProxy needs)",
                            plan.strategy),
                rollout.strategy_at);
  }
  return {};
}

// A dial for each wave that has its own backends, else one for all.
std::vector<Batch> dials_of(const Rollout& rollout, const Plan& plan) {
  if (!rollout.traffic || rollout.traffic->map.empty()) return {};
  const bool own = !rollout.waves.empty() && !rollout.waves.front().service.empty();
  if (!own) return {first(plan.fleet)};
  std::vector<Batch> dials;
  for (const Wave& wave : rollout.waves) dials.push_back(wave.instances);
  return dials;
}

}  // namespace

std::string_view to_string(Pool pool) {
  return pool == Pool::home ? "home" : "twin";
}

Pool other(Pool pool) {
  return pool == Pool::home ? Pool::twin : Pool::home;
}

Batch Plan::places_of(const Batch& instances, Pool pool) const {
  Batch batch;
  batch.reserve(instances.size());
  for (const int index : instances) batch.push_back(place(index, pool));
  return batch;
}

int Plan::floor_of(size_t instances) const {
  return static_cast<int>(static_cast<size_t>(fleet - spare) * instances / static_cast<size_t>(fleet));
}

int Plan::needed_for(int dial, int share) const {
  const auto instances = static_cast<int64_t>(dials[static_cast<size_t>(dial)].size());
  const int64_t floor = fleet - spare, all = static_cast<int64_t>(fleet) * kAllUsers;
  return static_cast<int>(std::max<int64_t>(1, (floor * instances * share + all - 1) / all));
}

Result<Plan> compile(const Rollout& rollout, std::string id, const Before& before, ledger::Revision to) {
  Plan plan;
  plan.id = std::move(id);
  plan.service = rollout.service;
  plan.environment = rollout.environment;
  plan.strategy = to_string(rollout.strategy.type);
  plan.from = before.revision;
  plan.to = std::move(to);
  plan.stable_pool = before.pool;
  plan.by_share = by_share(rollout.strategy.type);
  plan.analysis = rollout.analysis;
  plan.progress_deadline = rollout.strategy.progress_deadline;
  if (rollout.traffic) {
    plan.lease = rollout.traffic->lease;
    plan.drain_timeout = rollout.traffic->drain_timeout;
  }
  plan.auto_rollback = rollout.auto_rollback;
  plan.verify_first = rollout.verify_first;
  plan.rollback_hooks = rollout.hooks.commands.contains(HookPoint::on_rollback);
  plan.fleet = static_cast<int>(rollout.instances.size());
  plan.spare = plan.fleet - rollout.min_healthy.ceiling_of(plan.fleet);
  for (const auto* pool : {&rollout.instances, &rollout.twins}) {
    for (const Instance& instance : *pool) plan.places.push_back(instance.id);
  }
  plan.dials = dials_of(rollout, plan);
  TRY(check(rollout, plan));
  Compiler(rollout, plan).compile();
  return plan;
}

}  // namespace trunkline::deployer
