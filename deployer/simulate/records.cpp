#include "deployer/simulate/records.h"

namespace trunkline::deployer {

std::optional<State> Records::read() {
  for (size_t i = read_.size(); i < written_.size(); ++i) {
    auto parsed = parse_record(record_text(written_[i]));
    if (!parsed) return std::nullopt;
    read_.push_back(*std::move(parsed));
  }
  return deployer::replay(plan_, read_);
}

}  // namespace trunkline::deployer
