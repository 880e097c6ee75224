#include "base/http/transfer_codings.h"

#include "base/core/text.h"

namespace trunkline::base {

void TransferCodings::add(std::string_view value) {
  is_present_ = true;
  for (std::string_view coding : split(value, ',')) {
    coding = trim(coding);
    if (coding.empty()) continue;
    if (ends_chunked_) is_chunked_before_its_end_ = true;
    ends_chunked_ = equal_ignoring_case(coding, "chunked");
    if (!ends_chunked_) has_unknown_ = true;
  }
}

int TransferCodings::refusal() const {
  if (!ends_chunked_ || is_chunked_before_its_end_) return 400;
  return has_unknown_ ? 501 : 0;
}

}  // namespace trunkline::base
