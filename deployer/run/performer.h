#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <list>
#include <string>
#include <thread>

#include "deployer/checks/checks.h"
#include "deployer/dial/dial.h"
#include "deployer/drivers/process_driver.h"
#include "deployer/engine/engine.h"
#include "deployer/look/prober.h"
#include "deployer/run/candidate_watch.h"
#include "deployer/run/mailbox.h"
#include "deployer/run/traffic_acts.h"

namespace trunkline::deployer {

// Does what the engine asks for, each act on a thread of its own, and puts what became of it into the mailbox. Called
// from one thread.
class Performer {
 public:
  // All of them outlive the performer. `now` gives the rollout's own time.
  struct World {
    const Rollout& rollout;
    const Plan& plan;
    std::filesystem::path artifact;
    const Launch& fresh;
    const Launch* stable;  // null on a first release, also where that takes over from programs of somebody else
    const ProcessDriver& driver;
    Dial& dial;
    ShareDial* share;  // null where the service has none
    const ServiceFolder& folder;
    Fence enter;  // before every change
    Mailbox& mailbox;
    std::function<base::Millis()> now;
  };

  explicit Performer(World world);
  ~Performer();

  // Asked, Hold and Finish are the conductor's and do nothing here.
  void perform(const Action& action);

  // Asks all acts under way to end and waits until they have; their answers are lost. Who only looks is not waited for:
  // a slow check must not keep users on the new side.
  void cancel();

 private:
  using Act = std::function<base::Result<int64_t>(const std::stop_token&)>;
  enum class Does { act, look };
  // On a thread of its own; threads that have ended are joined here.
  void spawn(Does does, std::function<void(const std::stop_token&)> body);
  // Answers Done with the act's number as `requests`, or Failed; nothing if it was cancelled.
  void run(int ticket, int instance, Act act);
  void answer(int ticket, int instance, const base::Result<int64_t>& done, const std::stop_token& stop) const;
  void answer(int ticket, int instance, const base::Result<Drained>& done, const std::stop_token& stop) const;
  // Those that turn dials go one after the other: a renewal must not come behind what was asked for after it.
  void in_turn(std::function<void(const std::stop_token&)> body);
  base::Result<int64_t> start(int instance, Side side, const std::stop_token& stop) const;
  base::Result<int64_t> probe(const action::Probe& act, const std::stop_token& stop) const;
  base::Result<> stop(int instance, const std::stop_token& stop) const;
  bool is_vacant(int place) const;
  base::Result<int64_t> run_task(int task, const std::stop_token& stop) const;
  base::Result<int64_t> run_hooks(HookPoint point, const std::stop_token& stop) const;
  // Answers Failed once something is wrong with the new side, until the next bake begins.
  void watch(const action::OpenBake& bake);
  // How many of the places must be up for the users that may meet them now.
  int needed_of(const std::vector<int>& places) const;
  base::Error with_log(base::Error error, int instance, Side side) const;

  const Instance& instance(int index) const { return place_at(world_.rollout, index); }
  const Launch& launch(Side side) const { return side == Side::fresh ? world_.fresh : *world_.stable; }

  const World world_;
  const Prober prober_;
  const std::map<std::string, std::string> values_;  // of placeholders in commands and queries
  Checks checks_;
  const TrafficActs traffic_;
  const CandidateWatch candidates_;
  struct Thread {
    Does does;
    std::atomic<bool> ended{false};
    std::jthread thread;
  };
  std::list<Thread> threads_;
  std::shared_future<void> turned_;  // the last turn of a dial that was asked for is over
  std::stop_source watch_;           // of the last bake
  std::vector<int> shares_;          // by dial, as last asked for
};

}  // namespace trunkline::deployer
