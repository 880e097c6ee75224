#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "flags/agent/feed.h"

namespace trunkline::flags {

// Polls a feed until it is told to stop.
class FeedThread {
 public:
  explicit FeedThread(Feed& feed);  // `feed` outlives this
  ~FeedThread();                    // waits for the poll that is under way

  // Asks it to end; false if a poll (a remote that does not answer) is still under way when `grace` is over.
  bool stop(base::Millis grace);

 private:
  void run();

  Feed& feed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace trunkline::flags
