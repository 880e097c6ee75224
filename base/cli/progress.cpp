#include "base/cli/progress.h"

#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace trunkline::base::cli {
namespace {

constexpr Millis kInterval{100};

}  // namespace

Progress::Progress(std::string unit) : unit_(std::move(unit)), is_terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::show(std::uint64_t count) {
  if (!is_terminal_) return;
  const SteadyTime now = system_clock().steady();
  if (now < next_) return;
  next_ = now + kInterval;
  shown_ = true;
  fmt::print(stderr, "\r{} {}", count, unit_);
}

void Progress::clear() {
  if (!shown_) return;
  shown_ = false;
  fmt::print(stderr, "\r\033[K");
}

}  // namespace trunkline::base::cli
