#include "base/git/deadline.h"

#include <csignal>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace trunkline::base {
namespace {

int wake_signal() {
  static const int signal = [] {
    const int number = SIGRTMIN + 7;
    struct sigaction action{};
    action.sa_handler = [](int) {};
    sigaction(number, &action, nullptr);  // without SA_RESTART: that is the point
    return number;
  }();
  return signal;
}

}  // namespace

Deadline::Deadline(Millis limit) : limit_(limit), end_(std::chrono::steady_clock::now() + limit) {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = wake_signal();
  event.sigev_notify_thread_id = gettid();
  armed_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
  if (!armed_) return;
  itimerspec when{};
  when.it_value.tv_sec = limit.count() / 1000;
  when.it_value.tv_nsec = limit.count() % 1000 * 1'000'000;
  when.it_interval.tv_sec = 1;
  timer_settime(timer_, 0, &when, nullptr);
}

Deadline::~Deadline() {
  if (armed_) timer_delete(timer_);
}

}  // namespace trunkline::base
