#pragma once

#include <string>
#include <vector>

#include "base/http/reply.h"

namespace trunkline::flags {

// Returns a handler that answers 403 where the Host field is a name that is neither localhost nor one of `allowed`, and
// asks `handler` otherwise. The name of a web page can be made to lead to this machine (DNS rebinding), and the browser
// takes the agent for the page's own site then; an IP address cannot, and a request without a Host comes from no
// browser. `refused` counts the refusals and outlives the server.
base::Handler check_hosts(base::Handler handler, std::vector<std::string> allowed, base::ReplyObserver& refused);

}  // namespace trunkline::flags
