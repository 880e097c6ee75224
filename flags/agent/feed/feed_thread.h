#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/core/files.h"
#include "flags/agent/feed/feed.h"

namespace trunkline::flags {

// Polls a feed until it is told to stop: when its time has come, when its source has something to tell, and when it is
// woken. Thread-safe.
class FeedThread {
 public:
  explicit FeedThread(Feed& feed);  // `feed` outlives this
  ~FeedThread();                    // waits for the poll that is under way

  // Has it poll at once; once more if a poll is under way, which may have begun too early to see what is new.
  void wake();

  // Asks it to end; false if a poll (a remote that does not answer) is still under way when `grace` is over.
  bool stop(base::Millis grace);

 private:
  void run();
  void wait(base::Millis limit);

  Feed& feed_;
  base::Descriptor bell_;  // an eventfd: readable when woken
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace trunkline::flags
