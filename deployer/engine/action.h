#pragma once

#include <string>
#include <variant>

#include "deployer/plan/step.h"

// What the engine wants done: the whole reach of a rollout into the world. Every act carries the ticket that its answer
// must carry; answers with an older one are ignored. Every act may be asked for again after a crash, and is safe to
// repeat.
namespace trunkline::deployer {

enum class Outcome { completed, rolled_back, failed };
std::string_view to_string(Outcome outcome);

namespace action {
struct Cancel {  // acts under way need not be finished
  bool operator==(const Cancel&) const = default;
};
struct Fetch {
  int ticket;
  bool operator==(const Fetch&) const = default;
};
struct Task {
  int ticket;
  int task;
  bool operator==(const Task&) const = default;
};
struct Hook {
  int ticket;
  HookPoint point;
  bool operator==(const Hook&) const = default;
};
struct Start {
  int ticket;
  int instance;
  Side side;
  bool operator==(const Start&) const = default;
};
struct Probe {
  int ticket;
  int instance;
  Side side;
  bool once;
  bool operator==(const Probe&) const = default;
};
struct Admit {
  int ticket;
  int instance;
  bool operator==(const Admit&) const = default;
};
struct Drain {
  int ticket;
  int instance;
  bool at_once = false;  // on the way back: nobody is to meet it any more, whatever their cookies say
  bool operator==(const Drain&) const = default;
};
struct Stop {
  int ticket;
  int instance;
  bool operator==(const Stop&) const = default;
};
struct Expose {  // the dial's whole value; with a share or a preview it holds for one lease
  int ticket;
  int dial;
  int share;
  bool preview;
  bool operator==(const Expose&) const = default;
};
struct Renew {  // the same value for another lease
  int dial;
  int share;
  bool preview;
  bool operator==(const Renew&) const = default;
};
struct Promote {
  int ticket;
  int dial;
  bool operator==(const Promote&) const = default;
};
struct OpenBake {  // the checks note where their counters stand; answered only by Failed, if a fresh instance ends
  int ticket;
  Batch fresh;
  Batch stable;
  bool operator==(const OpenBake&) const = default;
};
struct Measure {
  int ticket;
  int metric;
  bool operator==(const Measure&) const = default;
};
struct Asked {  // a person's word is waited for
  bool operator==(const Asked&) const = default;
};
struct Hold {  // nothing goes on until a person says so
  std::string reason;
  bool operator==(const Hold&) const = default;
};
struct Finish {
  Outcome outcome;
  std::string reason;
  bool operator==(const Finish&) const = default;
};
}  // namespace action

using Action = std::variant<action::Cancel, action::Fetch, action::Task, action::Hook, action::Start, action::Probe,
                            action::Admit, action::Drain, action::Stop, action::Expose, action::Renew, action::Promote,
                            action::OpenBake, action::Measure, action::Asked, action::Hold, action::Finish>;

}  // namespace trunkline::deployer
