#include "deployer/engine/policy.h"

namespace trunkline::deployer {
namespace {

struct Forward {
  // The new revision is at fault.
  OnFailure operator()(const step::Fetch&) const { return OnFailure::roll_back; }
  OnFailure operator()(const step::Start&) const { return OnFailure::roll_back; }
  OnFailure operator()(const step::Probe&) const { return OnFailure::roll_back; }
  OnFailure operator()(const step::Bake&) const { return OnFailure::roll_back; }
  OnFailure operator()(const step::Ask&) const { return OnFailure::roll_back; }
  OnFailure operator()(const step::Hook&) const { return OnFailure::roll_back; }
  // The old revision is gone when a contract task runs: there is no way back that would mend it.
  OnFailure operator()(const step::Task& task) const { return task.contract ? OnFailure::hold : OnFailure::roll_back; }
  // The load balancer or the host is: rolling back would need it just the same.
  OnFailure operator()(const step::Admit&) const { return OnFailure::hold; }
  OnFailure operator()(const step::Expose&) const { return OnFailure::hold; }
  OnFailure operator()(const step::Promote&) const { return OnFailure::hold; }
  OnFailure operator()(const step::Drain&) const { return OnFailure::hold; }
  OnFailure operator()(const step::Stop&) const { return OnFailure::hold; }
};

struct Back {
  // A host that does not do what it is told is not the revision's fault: the others are brought back.
  OnFailure operator()(const step::Start&) const { return OnFailure::quarantine; }
  OnFailure operator()(const step::Stop&) const { return OnFailure::quarantine; }
  OnFailure operator()(const step::Hook&) const { return OnFailure::go_on; }
  // The old revision itself is not well, or users cannot be moved: there is nothing better to fall back to.
  template <typename Other>
  OnFailure operator()(const Other&) const {
    return OnFailure::hold;
  }
};

}  // namespace

OnFailure on_failure(const Step& step, Phase phase) {
  return phase == Phase::rolling_back ? std::visit(Back{}, step) : std::visit(Forward{}, step);
}

}  // namespace trunkline::deployer
