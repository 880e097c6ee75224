#include "flags/agent/http/gate.h"

namespace trunkline::flags {
namespace {

using base::Request;
using base::Response;

constexpr std::string_view kSelector = "flagSetId=";

Response unauthorized() {
  return {401, {{"WWW-Authenticate", "Bearer"}}, ""};
}

Response too_many() {
  return {429, {{"Retry-After", "1"}}, ""};
}

}  // namespace

tl::expected<Visit, Response> Gate::admit(const Request& request) const {
  const auto caller = access_.authorize(request.headers.find("Authorization"));
  if (!caller) return tl::unexpected(unauthorized());
  return select_by_header(**caller, request);
}

tl::expected<Visit, Response> Gate::select_by_header(const Caller& caller, const Request& request) const {
  const auto selector = request.headers.find("Flagd-Selector");
  if (!selector || selector->empty()) return select(caller, request, std::nullopt);
  if (!selector->starts_with(kSelector)) {
    return tl::unexpected(base::problem_response(400, "Bad Request", "expected Flagd-Selector: flagSetId=ID"));
  }
  return select(caller, request, selector->substr(kSelector.size()));
}

tl::expected<Visit, Response> Gate::admit_stream(const Request& request) const {
  const auto ticket = request.query("ticket");
  const auto caller = ticket ? access_.by_ticket(*ticket) : access_.authorize(request.headers.find("Authorization"));
  if (!caller) return tl::unexpected(unauthorized());
  const auto set_id = request.query("flagSetId");
  return set_id ? select(**caller, request, *set_id) : select_by_header(**caller, request);
}

tl::expected<Visit, Response> Gate::select(const Caller& caller, const Request& request,
                                           std::optional<std::string_view> set_id) const {
  if (!limit_.take(caller, request.peer, clock_.steady())) return tl::unexpected(too_many());
  if (!set_id) return Visit{&caller, caller.sets};
  std::string id(*set_id);
  if (!caller.sets.has(id)) return tl::unexpected(Response{.status = 403});
  return Visit{&caller, Selection::of({std::move(id)})};
}

std::shared_ptr<const View> Gate::view(const Visit& visit) const {
  const auto& edition = store_.edition();
  return edition ? edition->view(visit.selection) : nullptr;
}

bool Gate::sees(const Caller& caller, std::string_view key) const {
  if (!caller.sets.ids) return true;
  const auto& edition = store_.edition();
  if (!edition) return false;
  bool found = false;
  for (const Flag& flag : edition->whole()->set().flags()) {
    if (flag.key != key) continue;
    if (!caller.sets.has(std::string(flag.set_id()))) return false;
    found = true;
  }
  return found;
}

}  // namespace trunkline::flags
