#pragma once

#include "base/http/message.h"

namespace trunkline::base {

// Returns whether the request says that its body is application/json, with or without parameters. A web page can send
// other types to any site without asking it first, this one not (Fetch standard: CORS-safelisted request headers).
bool has_json_type(const Request& request);

}  // namespace trunkline::base
