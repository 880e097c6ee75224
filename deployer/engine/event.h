#pragma once

#include <string>
#include <variant>

#include "deployer/engine/judge.h"

// What the engine is told. The journal is a list of these.
namespace trunkline::deployer {

namespace event {
struct Began {
  bool operator==(const Began&) const = default;
};
struct Resumed {         // a deployer took it up again, after a hold, an interruption, or after one was killed
  std::string who = {};  // "" in journals of before this was written down
  bool operator==(const Resumed&) const = default;
};
struct PauseRequested {
  std::string who;
  bool operator==(const PauseRequested&) const = default;
};
struct ResumeRequested {  // a pause is over
  std::string who;
  bool operator==(const ResumeRequested&) const = default;
};
struct PromoteRequested {  // a person's word: go on; `full`: to all users, past the rest of the ramp
  std::string who;
  bool full = false;
  bool operator==(const PromoteRequested&) const = default;
};
struct AbortRequested {
  std::string who;
  bool operator==(const AbortRequested&) const = default;
};
struct Abandoned {  // somebody took the whole service down: there is nothing left to go on with
  std::string who;
  bool operator==(const Abandoned&) const = default;
};
struct Adopted {  // nobody knows what was done, but what runs; a person said that it is right
  std::string who;
  bool operator==(const Adopted&) const = default;
};
struct Done {  // the act with this ticket is done for this place or dial (-1: for the whole step)
  int ticket = 0;
  int instance = -1;
  int64_t requests = 0;  // of an admit and a drain: requests to the place that the balancer has counted so far
  int64_t cut = 0;       // of a drain: connections that outlasted it and were closed
  bool operator==(const Done&) const = default;
};
struct Failed {
  int ticket = 0;
  int instance = -1;
  std::string why;
  bool operator==(const Failed&) const = default;
};
struct Renewed {  // the lease of this dial holds for its length from when this was asked for
  int dial = 0;
  bool operator==(const Renewed&) const = default;
};
struct RenewalFailed {
  int dial = 0;
  std::string why;
  bool operator==(const RenewalFailed&) const = default;
};
struct Measured {
  int ticket = 0;
  int metric = 0;
  Measurement measurement;
  bool operator==(const Measured&) const = default;
};
struct Ticked {  // time passed; sent when next_wake() says
  bool operator==(const Ticked&) const = default;
};
}  // namespace event

using Event =
    std::variant<event::Began, event::Resumed, event::PauseRequested, event::ResumeRequested, event::PromoteRequested,
                 event::AbortRequested, event::Abandoned, event::Adopted, event::Done, event::Failed, event::Renewed,
                 event::RenewalFailed, event::Measured, event::Ticked>;

}  // namespace trunkline::deployer
