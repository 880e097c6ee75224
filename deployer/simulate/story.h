#pragma once

#include <string>
#include <vector>

#include "deployer/engine/engine.h"

namespace trunkline::deployer {

// What happened in a simulated rollout, a line an event and act; that time passes and all is well is left out.
class Story {
 public:
  Story(const Plan& plan, bool told) : plan_(plan), told_(told) {}

  // Nothing unless it is told.
  void tell(base::Millis now, const std::string& line);
  void tell(base::Millis now, const Event& event);
  void tell(base::Millis now, const Action& action);
  bool told() const { return told_; }

  std::string describe(const Action& action) const;

  std::vector<std::string> take() { return std::move(lines_); }

 private:
  const Plan& plan_;
  const bool told_;
  std::vector<std::string> lines_;
};

}  // namespace trunkline::deployer
