#include "base/http/worker.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <vector>

#include "base/http/session.h"

namespace trunkline::base {
namespace {

constexpr Millis kSweepInterval{100};

thread_local const Worker* this_worker = nullptr;

}  // namespace

struct Worker::Timer {
  boost::asio::steady_timer sweep;
};

Worker::Worker(std::shared_ptr<Serving> serving)
    : context_(std::make_unique<boost::asio::io_context>(1)),  // one thread only: Asio may skip its own wake-ups
      serving_(std::move(serving)),
      timer_(std::make_unique<Timer>(Timer{boost::asio::steady_timer(*context_)})) {}

Worker::~Worker() = default;

void Worker::run() {
  this_worker = this;
  schedule_sweep();
  context_->run();
  this_worker = nullptr;
}

bool Worker::is_this_thread() const {
  return this_worker == this;
}

void Worker::schedule_sweep() {
  timer_->sweep.expires_after(kSweepInterval);
  timer_->sweep.async_wait([this](const boost::system::error_code& code) {
    if (code) return;
    sweep();
    schedule_sweep();
  });
}

void Worker::sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  const std::vector<Session*> sessions(sessions_.begin(), sessions_.end());  // closing one changes the set
  for (Session* session : sessions) session->check_deadline(now);
}

size_t Worker::close_all() {
  size_t busy = 0;
  const std::vector<Session*> sessions(sessions_.begin(), sessions_.end());
  for (Session* session : sessions) {
    if (session->is_at_work()) ++busy;
    session->close();
  }
  return busy;
}

bool Worker::post(std::function<void()> task) {
  const std::lock_guard lock(post_mutex_);
  if (retired_) return false;
  boost::asio::post(*context_, std::move(task));
  return true;
}

void Worker::retire() {
  {
    const std::lock_guard lock(post_mutex_);
    retired_ = true;
  }
  context_->restart();
  context_->poll();
}

}  // namespace trunkline::base
