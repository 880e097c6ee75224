#include "flags/agent/http/host_check.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"
#include "base/http/host.h"

namespace trunkline::flags {
namespace {

bool is_allowed(std::string_view name, const std::vector<std::string>& allowed) {
  return name.empty() || base::is_local_name_or_address(name) ||
         std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& other) { return base::equal_ignoring_case(other, name); });
}

}  // namespace

base::Handler check_hosts(base::Handler handler, std::vector<std::string> allowed, base::ReplyObserver& refused) {
  return [handler = std::move(handler), allowed = std::move(allowed), &refused](const base::Request& request,
                                                                                base::Reply reply) {
    const std::string_view name = base::host_name(request.headers.find("Host").value_or(""));
    if (is_allowed(name, allowed)) return handler(request, std::move(reply));
    reply.watch(refused);
    reply(base::problem_response(
        403, "Forbidden",
        fmt::format("this agent is not known as \"{}\": ask localhost or an address, or see --allow-host", name)));
  };
}

}  // namespace trunkline::flags
