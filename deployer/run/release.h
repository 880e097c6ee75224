#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "deployer/drivers/service_folder.h"
#include "deployer/journal/journal.h"
#include "deployer/plan/plan.h"
#include "ledger/history.h"

// A rollout from its file to its place in history: what every command that moves one shares.
namespace trunkline::deployer {

// A rollout that was begun: its journal read, its plan compiled again, its state replayed.
struct Begun {
  JournalContent journal;
  Rollout rollout;
  Plan plan;
  State state;

  bool finished() const { return state.phase == Phase::done; }
};

// The last rollout of the service; nothing before the first one. Kind::invalid if its journal is damaged.
base::Result<std::optional<Begun>> load_begun(const ServiceFolder& folder);

// Its line for the history. The rollout must be finished.
ledger::Release release_of(const Begun& begun);

// 0 completed, 3 rolled back, 4 held, 1 failed.
int exit_code_of(const State& state);

// What `run` is about to do, before anything is touched.
struct Prepared {
  Rollout rollout;
  std::string text;  // of the rollout file
  std::filesystem::path artifact;
  Launch launch;
};

// Reads the rollout file and its artifact's manifest. `artifact_ref` replaces the one in the file. Kind::invalid with
// the place for everything that is wrong with either.
base::Result<Prepared> prepare(const std::string& file, const std::optional<std::string>& artifact_ref);

struct MoveOptions {
  std::filesystem::path state;
  bool json = false;
};

// Releases: runs the rollout to its end, and settles it. The exit code. Kind::locked if another deployer is at work.
// An unfinished rollout of the service is left alone: its way on and its way back are printed, exit code 4.
base::Result<int> run_release(const Prepared& prepared, const MoveOptions& options);

// Takes an unfinished rollout up again with this event (Resumed or AbortRequested). Exit code 0 and a word if there is
// none. An abort is handed to the deployer at work, if there is one.
base::Result<int> move_on(const std::string& service, const Event& event, const MoveOptions& options);

// Stops every instance of the service, at the load balancer first; an unfinished rollout ends as failed.
base::Result<int> take_down(const std::string& service, const MoveOptions& options);

}  // namespace trunkline::deployer
