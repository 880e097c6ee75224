#pragma once

#include <string_view>

#include "base/core/json.h"
#include "deployer/engine/judge.h"
#include "deployer/plan/metric.h"

namespace trunkline::deployer {

// GETs the URL. Missing where the pointer leads to nothing, to null or to no number; an error where the server does not
// answer 2xx with JSON.
Measurement ask_http(const HttpQuery& query);

// The value at an RFC 6901 pointer; null if it leads nowhere.
const base::Json* find_pointer(const base::Json& document, std::string_view pointer);

// A JSON number, or a text that is one.
Measurement number_in(const base::Json& value);

}  // namespace trunkline::deployer
