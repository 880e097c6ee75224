#include "flags/agent/feed/feed_thread.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <poll.h>
#include <random>
#include <sys/eventfd.h>
#include <unistd.h>

namespace trunkline::flags {

namespace {

// As much as poll(2) takes; waking without need is no harm.
constexpr base::Millis kLongestWait = std::chrono::hours{24};

}  // namespace

FeedThread::FeedThread(Feed& feed)
    : feed_(feed), bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), thread_([this] { run(); }) {}

FeedThread::~FeedThread() {
  stop(base::Millis{0});
  thread_.join();
}

void FeedThread::wake() {
  const uint64_t one = 1;
  // Full, the bell is ringing already.
  static_cast<void>(!::write(bell_.get(), &one, sizeof one));
}

bool FeedThread::stop(base::Millis grace) {
  stopping_ = true;
  wake();
  feed_.source().cancel();
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, grace, [this] { return ended_; });
}

void FeedThread::run() {
  std::mt19937 random{std::random_device{}()};
  std::uniform_real_distribution<double> share(0, 1);
  while (!stopping_) wait(feed_.poll(share(random)));
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void FeedThread::wait(base::Millis limit) {
  std::array<pollfd, 2> ends{{{bell_.get(), POLLIN, 0}, {feed_.source().watch(), POLLIN, 0}}};
  ::poll(ends.data(), ends.size(), static_cast<int>(std::min(limit, kLongestWait).count()));
  uint64_t rung = 0;
  static_cast<void>(!::read(bell_.get(), &rung, sizeof rung));
}

}  // namespace trunkline::flags
