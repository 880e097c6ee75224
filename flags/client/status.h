#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "flags/client/client.h"

namespace trunkline::flags {

// How a client stands, and who is told when that changes. Thread-safe; no lock is held while a handler runs but the
// handler's own. Private to client/.
class Status {
 public:
  ClientState state() const noexcept { return state_; }
  std::string message() const;
  bool wait_until_ready(base::Millis timeout) const;

  // See client.h.
  HandlerId on_event(EventHandler handler);
  void remove_handler(HandlerId id);

  // Tells the handlers in the order of the changes, in this thread, unless another one is telling them already: then
  // that one goes on with it. `changed_keys` if flags changed.
  void change(ClientState state, std::string message, std::vector<std::string> changed_keys = {});

 private:
  struct Handler {
    HandlerId id;
    EventHandler call;
    std::recursive_mutex running;  // recursive: a handler may remove itself
    bool removed = false;
  };
  using Handlers = std::vector<std::shared_ptr<Handler>>;
  struct Delivery {
    Event event;
    Handlers to;
  };

  static void tell(Handler& handler, const Event& event) noexcept;
  void deliver();

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::atomic<ClientState> state_{ClientState::not_ready};
  std::string message_;
  HandlerId last_id_ = 0;
  Handlers handlers_;
  std::deque<Delivery> waiting_;
  bool delivering_ = false;
};

}  // namespace trunkline::flags
