#include "deployer/run/conductor.h"

#include <algorithm>
#include <utility>

namespace trunkline::deployer {
using base::Millis;
using base::Result;

namespace {

constexpr Millis kLook{100};  // how often interruptions and requests are looked for

}  // namespace

// `back`: it belongs to the way back, which must not fail for want of room.
Result<> Conductor::write_down(const Event& event, Millis now, bool back) {
  // Who was taken over from writes nothing any more, and so does nothing.
  TRY_ASSIGN(const auto right, world_.enter());
  if (back) world_.reserve.give_up_if_full();
  auto written = world_.journal.append({now, world_.clock.wall(), event});
  if (written || !back) return written;
  world_.reserve.give_up();  // the room may be short in another way, by a quota
  return world_.journal.append({now, world_.clock.wall(), event});
}

Result<> Conductor::take(const Event& event) {
  const Millis now = world_.clock.now();
  Advance turn = advance(world_.plan, state_, event, now);
  const bool back = state_.phase == Phase::rolling_back || turn.state.phase == Phase::rolling_back;
  TRY(write_down(event, now, back));
  const State before = std::exchange(state_, std::move(turn.state));
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
    const Millis now = world_.clock.now();
    world_.reporter.noted(world_.notes(now), now);
    const auto wake = next_wake(world_.plan, state_);
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
