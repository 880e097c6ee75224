#include "deployer/run/conductor.h"

#include <algorithm>

namespace trunkline::deployer {
using base::Millis;
using base::Result;

namespace {

constexpr Millis kLook{100};  // how often interruptions and requests are looked for

}  // namespace

Result<> Conductor::take(const Event& event) {
  const Millis now = world_.clock.now();
  {
    // Who was taken over from writes nothing any more, and so does nothing.
    TRY_ASSIGN(const auto right, world_.enter());
    TRY(world_.journal.append({now, world_.clock.wall(), event}));
  }
  const State before = state_;
  Advance turn = advance(world_.plan, std::move(state_), event, now);
  state_ = std::move(turn.state);
  world_.reporter.told(before, event, state_, now);
  for (const Action& action : turn.actions) {
    world_.reporter.acting(action, now);
    world_.performer.perform(action);
  }
  return {};
}

Result<State> Conductor::run(const Event& first) {
  TRY(take(first));
  while (state_.phase != Phase::held && state_.phase != Phase::done) {
    if (world_.interrupted()) {
      world_.performer.cancel();
      return base::fail(base::Kind::cancelled, "interrupted");
    }
    if (const auto requested = world_.request()) TRY(take(*requested));
    const auto wake = next_wake(world_.plan, state_);
    const Millis now = world_.clock.now();
    if (wake && *wake <= now) {
      TRY(take(event::Ticked{}));
      continue;
    }
    const Millis wait = wake ? std::min(kLook, *wake - now) : kLook;
    if (const auto event = world_.mailbox.take(wait)) TRY(take(*event));
  }
  return state_;
}

}  // namespace trunkline::deployer
