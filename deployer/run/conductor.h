#pragma once

#include <atomic>
#include <functional>

#include "deployer/journal/journal.h"
#include "deployer/look/reporter.h"
#include "deployer/run/mailbox.h"
#include "deployer/run/performer.h"
#include "deployer/support/reserve.h"

namespace trunkline::deployer {

// The rollout's own clock: steady, and after a restart it goes on where the journal ended.
class RolloutClock {
 public:
  RolloutClock(const base::Clock& clock, base::Millis already)
      : clock_(clock), start_(clock.steady()), already_(already) {}
  base::Millis now() const { return already_ + std::chrono::duration_cast<base::Millis>(clock_.steady() - start_); }
  base::WallTime wall() const { return clock_.wall(); }

 private:
  const base::Clock& clock_;
  base::SteadyTime start_;
  base::Millis already_;
};

// The loop: an event is written down, then the engine decides, then its actions are performed.
class Conductor {
 public:
  // All outlive the conductor. `interrupted` is asked often: true ends the run between two events. `request` may give
  // an event that a person asked for meanwhile, `notes` what they should know that is no event; `now` is the rollout's
  // own time.
  struct World {
    const Plan& plan;
    Journal& journal;
    const Reserve& reserve;  // given up on the way back where the disk is full
    Performer& performer;
    Mailbox& mailbox;
    Reporter& reporter;
    const RolloutClock& clock;
    Fence enter;
    std::function<bool()> interrupted;
    std::function<std::optional<Event>()> request;
    std::function<std::vector<std::string>(base::Millis now)> notes;
  };

  Conductor(World world, State state) : world_(std::move(world)), state_(std::move(state)) {}

  // Takes `first` and goes on until the engine holds or finishes. Kind::cancelled when interrupted: the journal has
  // everything, so it can be resumed. Kind::io if the journal cannot be written: then nothing more was done; locked if
  // another deployer took over.
  base::Result<State> run(const Event& first);

  const State& state() const { return state_; }  // as far as it came

 private:
  base::Result<> take(const Event& event);
  base::Result<> write_down(const Event& event, base::Millis now, bool back);

  const World world_;
  State state_;
};

}  // namespace trunkline::deployer
