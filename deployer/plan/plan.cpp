#include "deployer/plan/plan.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace trunkline::deployer {
using base::Result;

namespace {

void add_replacement(std::vector<Step>& steps, const Batch& batch, Side side) {
  steps.insert(steps.end(), {step::Drain{batch}, step::Stop{batch}, step::Start{batch, side}, step::Probe{batch, side},
                             step::Admit{batch}});
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

Batch everyone(const Plan& plan) {
  Batch all(plan.instances.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

void add_bake(std::vector<Step>& steps, base::Millis length) {
  if (length.count() > 0) steps.emplace_back(step::Bake{length});
}

// Nothing runs yet, so there is nobody to protect: all at once. The door is closed first, for a balancer that sees a
// passed health check would let users in before our probes do.
std::vector<Step> first_release(const Plan& plan) {
  const Batch all = everyone(plan);
  return {step::Fetch{}, step::Drain{all}, step::Start{all, Side::fresh}, step::Probe{all, Side::fresh},
          step::Admit{all}};
}

std::vector<Step> replace_in_place(const Plan& plan, const Strategy& strategy) {
  const auto size = static_cast<size_t>(plan.batch);
  const bool one_box = strategy.type == StrategyType::one_box;
  std::vector<Step> steps{step::Fetch{}};
  for (bool first = true; const Batch& batch : cut(everyone(plan), one_box ? 1 : size, size)) {
    add_replacement(steps, batch, Side::fresh);
    if (!one_box || first) add_bake(steps, strategy.bake);
    first = false;
  }
  return steps;
}

std::string names(const Batch& batch, const std::vector<std::string>& instances) {
  std::vector<std::string_view> words;
  words.reserve(batch.size());
  for (const int index : batch) words.emplace_back(instances[static_cast<size_t>(index)]);
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

std::string to_string(const Step& step, const std::vector<std::string>& instances) {
  struct Printer {
    const std::vector<std::string>& instances;
    std::string operator()(const step::Fetch&) const { return "fetch the artifact"; }
    std::string operator()(const step::Start& s) const {
      return fmt::format("start the {} revision on {}", to_string(s.side), names(s.batch, instances));
    }
    std::string operator()(const step::Probe& s) const { return "probe " + names(s.batch, instances); }
    std::string operator()(const step::Admit& s) const { return "admit users to " + names(s.batch, instances); }
    std::string operator()(const step::Bake& s) const { return "bake for " + base::format_duration(s.length); }
    std::string operator()(const step::Drain& s) const { return "drain " + names(s.batch, instances); }
    std::string operator()(const step::Stop& s) const { return "stop " + names(s.batch, instances); }
  };
  return std::visit(Printer{instances}, step);
}

Result<Plan> compile(const Rollout& rollout, std::string id, std::optional<ledger::Revision> from,
                     ledger::Revision to) {
  Plan plan;
  plan.id = std::move(id);
  plan.service = rollout.service;
  plan.environment = rollout.environment;
  plan.strategy = to_string(rollout.strategy.type);
  plan.from = std::move(from);
  plan.to = std::move(to);
  plan.analysis = rollout.analysis;
  for (const Instance& instance : rollout.instances) plan.instances.push_back(instance.id);
  const int total = static_cast<int>(rollout.instances.size());
  const int spare = total - rollout.min_healthy.ceiling_of(total);
  if (spare < 1) {
    return base::fail(base::Kind::invalid,
                      fmt::format("targets.minHealthy: of {} instances {} must stay healthy, so none can be replaced; "
                                  "lower it or add instances",
                                  total, rollout.min_healthy.ceiling_of(total)),
                      rollout.min_healthy_at);
  }
  plan.batch = std::min(spare, std::max(1, rollout.strategy.max_unavailable.floor_of(total)));
  plan.steps = plan.from ? replace_in_place(plan, rollout.strategy) : first_release(plan);
  add_bake(plan.steps, rollout.strategy.post_promotion_bake);
  return plan;
}

std::vector<Step> compile_rollback(const Plan& plan, const std::vector<Observed>& observed) {
  Batch idle, serving;
  for (size_t i = 0; i < observed.size(); ++i) {
    const bool untouched = plan.from && observed[i].runs == Side::stable && observed[i].serving;
    if (!untouched) (observed[i].serving ? serving : idle).push_back(static_cast<int>(i));
  }
  Batch affected = idle;
  affected.insert(affected.end(), serving.begin(), serving.end());
  if (affected.empty()) return {};
  if (!plan.from) return {step::Drain{affected}, step::Stop{affected}};
  std::vector<Step> steps;
  const auto size = static_cast<size_t>(plan.batch);
  for (const Batch& batch : cut(affected, std::max(size, idle.size()), size))
    add_replacement(steps, batch, Side::stable);
  return steps;
}

}  // namespace trunkline::deployer
