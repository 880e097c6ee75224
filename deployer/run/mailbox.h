#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "base/core/clock.h"
#include "deployer/engine/engine.h"

namespace trunkline::deployer {

// Where performers leave the events that the conductor takes. Thread-safe.
class Mailbox {
 public:
  void put(Event event) {
    {
      const std::scoped_lock lock(mutex_);
      events_.push_back(std::move(event));
    }
    filled_.notify_one();
  }

  // The oldest event; nothing if none comes within `limit`.
  std::optional<Event> take(base::Millis limit) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, limit, [this] { return !events_.empty(); });
    if (events_.empty()) return std::nullopt;
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Event> events_;
};

}  // namespace trunkline::deployer
