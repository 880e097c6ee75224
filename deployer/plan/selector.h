#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace trunkline::deployer {

// A series by name and labels, as in PromQL: http_requests_total{route="redirect",status=~"5.."}.
struct Selector {
  struct Matcher {
    std::string label;
    std::string value;
    bool is_regex = false;  // =~, anchored at both ends
    bool operator==(const Matcher&) const = default;
  };
  std::string name;
  std::vector<Matcher> matchers;

  bool operator==(const Selector&) const = default;
};
std::string to_string(const Selector& selector);
base::Result<Selector> parse_selector(std::string_view text);

}  // namespace trunkline::deployer
