#include "deployer/run/dial_watch.h"

#include <algorithm>

#include "deployer/support/pause.h"

namespace trunkline::deployer {
namespace {

constexpr base::Millis kLook{1000};

}  // namespace

DialWatch::DialWatch(Dial& dial, ShareDial* share, std::vector<std::string> keys)
    : dial_(dial), share_(share), keys_(std::move(keys)) {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (pause_for(kLook, stop)) look();
  });
}

void DialWatch::look() {
  const auto told = dial_.reassert();
  again_ = again_ || !told || *told;
  // Users are sent through doors only once they are open.
  if (share_ != nullptr && told) {
    if (again_) again_ = !share_is_back();
    (void)share_->catch_up(dial_.behind());  // who still does not answer is told of by whoever needs it
  }
  collect();
}

// Reading it gives it again to a balancer that lost it.
bool DialWatch::share_is_back() {
  return std::all_of(keys_.begin(), keys_.end(), [this](const std::string& key) {
    const auto views = share_->read(key);
    return views && std::none_of(views->begin(), views->end(), [](const ExposureView& view) { return view.error; });
  });
}

void DialWatch::collect() {
  std::vector<std::string> fresh = dial_.take_notes();
  if (share_ != nullptr) {
    const std::vector<std::string> more = share_->take_notes();
    fresh.insert(fresh.end(), more.begin(), more.end());
  }
  const std::lock_guard lock(mutex_);
  notes_.insert(notes_.end(), fresh.begin(), fresh.end());
}

std::vector<std::string> DialWatch::take_notes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notes_, {});
}

void DialWatch::end() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  collect();
}

}  // namespace trunkline::deployer
