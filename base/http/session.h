#pragma once

#include <memory>

#include "base/core/clock.h"

// Private to the server.
namespace trunkline::base {

class Worker;

// One connection: reads a request, has it answered, reads the next. Lives as long as something is to come for it, and
// is called on its worker's thread.
class Session {
 public:
  virtual ~Session() = default;
  virtual void start() = 0;
  virtual void check_deadline(SteadyTime now) = 0;
  virtual void close() = 0;
  // Whether somebody waits for an answer, or is still asking.
  virtual bool is_at_work() const = 0;
};

// Takes the connected socket `fd` of the address family `family` over.
std::shared_ptr<Session> make_session(std::shared_ptr<Worker> worker, int fd, int family);

}  // namespace trunkline::base
