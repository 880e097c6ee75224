#pragma once

#include "base/http/router.h"
#include "flags/agent/http/long_polls.h"

namespace trunkline::flags {

// GET /v1/flagset as flag_set_reply.h says. With `Prefer: wait=N` (whole seconds) a 304 is given only when N seconds
// have passed without a change; the answer says `Preference-Applied: wait=N`. The references outlive the router.
void add_flag_set_routes(base::Router& router, const Gate& gate, LongPolls& polls);

}  // namespace trunkline::flags
