#include "deployer/plan/sensitivity.h"

#include <algorithm>

#include "base/core/overloaded.h"
#include "deployer/statistics/detectable.h"

namespace trunkline::deployer {
namespace {

constexpr double kAssumedErrors = 0.001;

// The strictest of the sequential tests that judge a bake; nothing where none does.
std::optional<double> alpha_of(const Analysis& analysis, const step::Bake& bake) {
  std::optional<double> alpha;
  for (const auto* metrics : {&analysis.background, &bake.metrics}) {
    for (const int index : *metrics) {
      const Metric& metric = analysis.metrics[static_cast<size_t>(index)];
      if (!metric.against || metric.against->test != Against::Test::sequential || metric.dry_run) continue;
      alpha = std::max(alpha.value_or(0), metric.against->alpha);
    }
  }
  return alpha;
}

// Who meets the new side, as the steps go by.
class Users {
 public:
  explicit Users(const Plan& plan) : plan_(plan) {}

  void pass(const Step& step) {
    std::visit(base::Overloaded{
                   [&](const step::Expose& s) { share_ = s.share; },
                   [&](const step::Promote&) { share_ = kAllUsers; },
                   [&](const step::Admit& s) {
                     if (!plan_.by_share) fresh_ += s.batch.size();
                   },
                   [](const auto&) {},
               },
               step);
  }

  int share() const {
    if (plan_.by_share) return share_;
    return static_cast<int>(fresh_ * kAllUsers / static_cast<size_t>(plan_.fleet));
  }

 private:
  const Plan& plan_;
  int share_ = 0;
  size_t fresh_ = 0;
};

}  // namespace

std::vector<Sensitivity> sensitivities(const Plan& plan, const UserTraffic& traffic) {
  std::vector<Sensitivity> found;
  if (!plan.from || traffic.requests_a_second <= 0) return found;
  const double errors = traffic.error_ratio > 0 ? traffic.error_ratio : kAssumedErrors;
  Users users(plan);
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    users.pass(plan.steps[i]);
    const auto* bake = std::get_if<step::Bake>(&plan.steps[i]);
    const auto alpha = bake == nullptr ? std::nullopt : alpha_of(plan.analysis, *bake);
    const int share = users.share();
    if (!alpha || share <= 0 || share >= kAllUsers) continue;
    const BakeTraffic exposure{traffic.requests_a_second, static_cast<double>(share) / kAllUsers, bake->length};
    found.push_back({i, share, detectable_rise(errors, exposure, *alpha)});
  }
  return found;
}

}  // namespace trunkline::deployer
