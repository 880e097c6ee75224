#pragma once

#include <cstdint>
#include <string>

#include "base/core/clock.h"

namespace trunkline::base::cli {

// "123456 rows" on stderr, overwriting itself while something long goes on; silent where stderr is no terminal. Not
// thread-safe. The line is gone when the object is.
class Progress {
 public:
  explicit Progress(std::string unit);
  Progress(const Progress&) = delete;
  ~Progress() { clear(); }

  // Drawn ten times a second at most, so it may be called for every item.
  void show(std::uint64_t count);
  // Before anything else is written to stderr.
  void clear();

 private:
  const std::string unit_;
  const bool is_terminal_;
  bool shown_ = false;
  SteadyTime next_{};
};

}  // namespace trunkline::base::cli
