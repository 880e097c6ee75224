#include "flags/change/contest.h"

#include <algorithm>
#include <thread>

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Millis;

// A writer among eight busy ones needs about eight.
constexpr int kMostAttempts = 100;
// A lock that stays this long was left behind by a process that died.
constexpr int kMostLocked = 25;

}  // namespace

base::Result<> Contest::go_on_after(base::Error error) {
  locked_ = error.kind == Kind::locked ? locked_ + 1 : 0;
  const bool raced = error.kind == Kind::locked || error.kind == Kind::conflict;
  // A place in a file means that the file, not the branch, stands in the way.
  if (locked_ == kMostLocked) {
    return base::fail(Kind::unavailable, error.message + "; it stays so: another git may have died there");
  }
  if (!raced || !error.where.file.empty() || ++attempts_ == kMostAttempts) return base::fail(std::move(error));
  const auto now = base::system_clock().steady();
  if (!backoff_) {
    const auto took = std::chrono::duration_cast<Millis>(now - begun_);
    backoff_.emplace(std::clamp(took / 4, Millis{5}, Millis{500}), 1.5,
                     std::clamp(2 * took, Millis{200}, Millis{4000}));
  }
  std::this_thread::sleep_for(backoff_->next(std::uniform_real_distribution<double>(0, 1)(random_)));
  begun_ = base::system_clock().steady();
  return {};
}

}  // namespace trunkline::flags
