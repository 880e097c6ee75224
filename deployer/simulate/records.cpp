#include "deployer/simulate/records.h"

namespace trunkline::deployer {

std::optional<State> Records::read() {
  for (; read_ < written_.size(); ++read_) {
    const auto record = parse_record(record_text(written_[read_]));
    if (!record) return std::nullopt;
    found_ = advance(plan_, std::move(found_), record->event, record->at).state;
  }
  return found_;
}

void Records::lose() {
  lost_ += written_.size();
  written_.clear();
  read_ = 0;
  found_ = initial_state(plan_);
}

}  // namespace trunkline::deployer
