#include "deployer/plan/forecast.h"

#include <algorithm>

#include "base/core/overloaded.h"

namespace trunkline::deployer {

Forecast forecast(const Plan& plan) {
  Forecast seen;
  for (const Step& step : plan.steps) {
    std::visit(base::Overloaded{
                   [&](const step::Bake& s) {
                     seen.bakes += s.length;
                     seen.longest += s.length + s.extend_max;
                   },
                   [&](const step::Ask& s) { seen.longest += s.timeout; },
                   [&](const step::Expose& s) {
                     if (seen.first_share == 0) seen.first_share = s.share;
                   },
                   [&](const step::Admit& s) {
                     if (seen.first_instances == 0) seen.first_instances = static_cast<int>(s.batch.size());
                   },
                   [&](const step::Stop& s) {
                     const bool replaced = plan.from && !plan.by_share;
                     if (replaced) seen.most_without = std::max(seen.most_without, static_cast<int>(s.batch.size()));
                   },
                   [](const auto&) {},
               },
               step);
  }
  if (plan.by_share && plan.from) seen.more_instances = plan.fleet;
  if (plan.from && plan.no_instant_return < plan.steps.size()) seen.no_instant_return = plan.no_instant_return + 1;
  return seen;
}

}  // namespace trunkline::deployer
