#include "flags/agent/http/flag_set_routes.h"

#include <charconv>
#include <optional>

#include "base/core/text.h"
#include "flags/agent/http/flag_set_reply.h"

namespace trunkline::flags {
namespace {

// The wait of a Prefer header, a list of NAME[=VALUE].
std::optional<std::chrono::seconds> wait_of(const base::Request& request) {
  constexpr std::string_view kWait = "wait=";
  for (std::string_view item : base::split(request.headers.find("Prefer").value_or(""), ',')) {
    item = base::trim(item.substr(0, item.find(';')));
    if (!base::equal_ignoring_case(item.substr(0, kWait.size()), kWait)) continue;
    item.remove_prefix(kWait.size());
    unsigned seconds = 0;
    const auto [end, code] = std::from_chars(item.data(), item.data() + item.size(), seconds);
    if (code == std::errc() && end == item.data() + item.size() && seconds > 0) return std::chrono::seconds(seconds);
  }
  return std::nullopt;
}

}  // namespace

void add_flag_set_routes(base::Router& router, const Gate& gate, LongPolls& polls) {
  router.add("GET", "/v1/flagset", [&](const base::Request& request, const base::PathParameters&, base::Reply reply) {
    const auto visit = gate.admit(request);
    if (!visit) return reply(visit.error());
    if (const auto wait = wait_of(request)) return polls.hold(request, *visit, *wait, std::move(reply));
    reply(flag_set_response(request, gate.view(*visit).get()));
  });
}

}  // namespace trunkline::flags
