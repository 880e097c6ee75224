#pragma once

#include <string>

#include "base/core/clock.h"

namespace trunkline::base {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string to_http_date(WallTime time);

}  // namespace trunkline::base
