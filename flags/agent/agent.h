#pragma once

#include <memory>

#include "base/core/result.h"
#include "flags/agent/listener.h"
#include "flags/agent/options.h"

namespace trunkline::flags {

// A flag agent at work: one thread for each source, and the servers. Every listener but the first is open only where
// the options ask for it.
class Agent {
 public:
  // Kind::usage and Kind::invalid for options and files that are wrong, Kind::unavailable where an address is taken. A
  // source that is not there is no failure: it is asked again. `open_more` opens what is not HTTP.
  static base::Result<std::unique_ptr<Agent>> start(const AgentOptions& options, const OpenListener& open_more);

  Agent(const Agent&) = delete;
  ~Agent();

  // Where it serves: "127.0.0.1:8016".
  const std::string& address() const;

  // What is to be done now and then, about four times a second.
  void tick();

  // Answers what is being asked and ends the listeners; false if a source keeps a thread and only the end of the
  // process ends it.
  bool stop();

 private:
  struct Parts;
  explicit Agent(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace trunkline::flags
