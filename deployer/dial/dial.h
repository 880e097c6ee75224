#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "deployer/dial/fence.h"
#include "deployer/dial/share_dial.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// A place in a backend where an instance can be.
struct Server {
  std::string backend;
  std::string name;
  std::string address;  // "HOST:PORT", of the instance that is or will be there

  bool operator==(const Server&) const = default;
};

// What the load balancer says of one server.
struct DialView {
  std::string backend;
  std::string server;
  std::string endpoint;         // which of several balancers says so
  std::string address;          // as the balancer has it
  bool serving = false;         // new users are sent to it: admitted and up
  int64_t sessions = 0;         // under way now
  int64_t requests = 0;         // sent to it so far
  std::string state = "ready";  // as it was set: ready, drain or maint

  bool operator==(const DialView&) const = default;
};

struct Drained {
  int64_t requests = 0;  // sent to it so far
  int64_t cut = 0;       // connections that outlasted the drain timeout and were closed

  bool operator==(const Drained&) const = default;
};

// How a server is drained. A number alone says how many others must serve.
struct DrainRule {
  // gentle   users whose cookie names the server still come for a moment, and are then sent elsewhere
  // at_once  nobody comes any more: a bad version is taken from all its users
  enum class Closing { gentle, at_once };

  DrainRule(int others_, Closing closing_ = Closing::gentle) : others(others_), closing(closing_) {}

  int others;  // so many of its backend must serve, or the server is not drained; 0 lets the last one go
  Closing closing;
};

// Who may be sent to which server, at every balancer alike. Calls block, end early when asked to stop
// (Kind::cancelled), and are safe to repeat. Thread-safe: different servers may be acted on at once. What the fence
// says is passed on. Kind::unavailable: too few of the balancers answer.
class Dial {
 public:
  virtual ~Dial() = default;

  // One view a server and balancer that answers, as they are now; the quorum must. Kind::invalid where one does not
  // know a backend or a server.
  virtual base::Result<std::vector<DialView>> read(const std::vector<Server>& servers) = 0;

  // Gives the server its address where it has another one, waits for a passed health check where there is one, then
  // lets users in; returns the requests counted so far. The quorum must answer, the others are behind() then.
  // Kind::conflict if it serves at another address, timeout if its check does not pass: then it is in maintenance.
  virtual base::Result<int64_t> admit(const Server& server, std::stop_token stop) = 0;

  // Sends nobody new to the server and waits for its last connection to end, at most the drain timeout of the rollout;
  // what is left then is cut, or, where the rollout says so, left alone: Kind::timeout. All balancers must answer: else
  // its door is shut at those that do, and nobody is cut. Kind::conflict if fewer others than the rule wants would
  // serve then, or if somebody lets users in again meanwhile, as an agent-check does. The last one may go of a side
  // that nobody is sent to any more, and of a service that is taken down.
  virtual base::Result<Drained> drain(const Server& server, DrainRule rule, std::stop_token stop) = 0;

  // Puts a server where nobody is into maintenance, and does not wait. The quorum must answer, the others are told by
  // reassert().
  virtual base::Result<> shut(const Server& server) = 0;

  // What another process of ours is known to have admitted, from its journal: reassert() opens what a balancer may have
  // missed. Where none can have, as all must answer, nothing is expected: what is shut there a person shut.
  virtual void expect(const std::vector<Server>& admitted) = 0;

  // Does again to each balancer that answers what it missed, or has forgotten as it was started anew, and does not
  // wait. Whether there was one. The failure of one server does not keep it from the others; Kind::conflict for one
  // that is being acted on. Cheap where there is nothing to do: one question a balancer.
  virtual base::Result<bool> reassert() = 0;

  // The balancers that may not know of a door that was opened: they are not to send users there before reassert(). From
  // memory.
  virtual Endpoints behind() = 0;

  // What happened that a person should know, since the last call.
  virtual std::vector<std::string> take_notes() = 0;
};

// The dial over HAProxy's Runtime API; without `traffic` one that has nobody to send anywhere.
std::unique_ptr<Dial> make_dial(const Rollout& rollout, Fence enter = open_fence);

// The share dial over HAProxy's map; null where the rollout has none.
std::unique_ptr<ShareDial> make_share_dial(const Rollout& rollout, Fence enter = open_fence);

// Where the balancer knows a place (as Plan::places numbers them), and all places that it knows.
Server server_of(const Rollout& rollout, int place);
std::vector<Server> servers_of(const Rollout& rollout);

// The two backends of a dial (as Plan::dials numbers them) and its key in the map.
struct Backends {
  std::string key, home, twin;
};
Backends backends_of(const Rollout& rollout, int dial);
// Of all dials; needs `traffic`.
std::vector<Backends> backends_of(const Rollout& rollout);

}  // namespace trunkline::deployer
