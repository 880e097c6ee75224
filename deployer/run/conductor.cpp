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
    world_.reporter.noted(world_.notes(), world_.clock.now());
    const auto wake = next_wake(world_.plan, state_);
    const Millis now = world_.clock.now();
    const bool due = wake && *wake <= now;
    // A tick first: time that passed unseen may have ended a lease, or a bake. Then the mail, however many are due.
    if (due) {
      TRY(take(event::Ticked{}));
      if (state_.phase == Phase::held || state_.phase == Phase::done) break;
    }
    const Millis wait = due ? Millis{0} : wake ? std::min(kLook, *wake - now) : kLook;
    if (const auto event = world_.mailbox.take(wait)) TRY(take(*event));
  }
  return state_;
}

}  // namespace trunkline::deployer
