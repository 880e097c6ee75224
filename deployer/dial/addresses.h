#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace trunkline::deployer {

struct NumericAddress {
  std::string host;  // a number, IPv6 without brackets
  std::string port;

  bool operator==(const NumericAddress&) const = default;
};

// The numbers behind "HOST:PORT" or "[v6]:PORT", a name's in the order of the system's resolver, which it may wait for.
// Kind::invalid without a port, unavailable for a name that nobody knows.
base::Result<std::vector<NumericAddress>> resolve(std::string_view address);

// Whether "HOST:PORT" of the file is the address that a balancer prints: numbers, IPv6 without brackets.
bool same_address(std::string_view address, std::string_view printed);

}  // namespace trunkline::deployer
