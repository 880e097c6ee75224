#include "flags/agent/feed_thread.h"

#include <random>

namespace trunkline::flags {

FeedThread::FeedThread(Feed& feed) : feed_(feed), thread_([this] { run(); }) {}

FeedThread::~FeedThread() {
  stop(base::Millis{0});
  thread_.join();
}

bool FeedThread::stop(base::Millis grace) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  return changed_.wait_for(lock, grace, [this] { return ended_; });
}

void FeedThread::run() {
  std::mt19937 random{std::random_device{}()};
  std::uniform_real_distribution<double> share(0, 1);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const base::Millis wait = feed_.poll(share(random));
    lock.lock();
    changed_.wait_for(lock, wait, [this] { return stopping_; });
  }
  ended_ = true;
  changed_.notify_all();
}

}  // namespace trunkline::flags
