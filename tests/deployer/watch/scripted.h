#pragma once

#include <functional>
#include <memory>

#include "deployer/watch/view.h"
#include "tests/deployer/engine/world.h"

// Rollouts of a shop that the engine went through in a scripted world, as a journal would tell them.
namespace trunkline::deployer {

struct Script {
  Rollout rollout;
  std::function<Measurement(int metric, base::Millis now)> measure;
  base::Millis until{0};      // what comes later has not happened yet
  bool measurements = false;  // are told
};

// A canary over two instances, judged by three metrics; one of them is a dry run.
Script canary_script();
// Two instances after each other where they stand, with a bake behind each.
Script rolling_script();

class Scripted {
 public:
  explicit Scripted(Script script);

  // At the script's end, seen beside a deployer at work and instances that run.
  WatchView view() const;
  WatchView view(const Seen& seen, base::WallTime now) const;
  Seen seen() const;
  base::WallTime now() const;
  Story& story() const { return *story_; }
  const std::vector<std::string>& told() const { return told_; }
  Begun recorded() const;  // with its journal's events

 private:
  const Script script_;
  std::vector<std::string> told_;
  std::vector<Recorded> events_;
  std::unique_ptr<Story> story_;
};

}  // namespace trunkline::deployer
