#include "flags/agent/http/override_routes.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Request;
using base::Response;
using base::Result;

constexpr size_t kLongestReason = 500;

Response error_response(const base::Error& error) {
  const int status = error.kind == Kind::io ? 507 : base::http_status(error.kind);
  return base::problem_response(status, base::reason_phrase(status), error.message);
}

Result<Override> read_body(const Request& request, const std::string& key, const Caller& caller, base::WallTime now) {
  TRY_ASSIGN(const base::Json body, base::parse_json(request.body, "body"));
  const base::Json* ttl = base::find(body, "ttl_seconds");
  Override wanted{.key = key,
                  .variant = base::string_or(body, "variant"),
                  .until = {},
                  .by = caller.name,
                  .reason = base::string_or(body, "reason")};
  if (wanted.variant.empty() || ttl == nullptr || !ttl->is_int64() || ttl->get_int64() < 1 ||
      ttl->get_int64() > std::chrono::ceil<std::chrono::seconds>(OverrideBoard::kLongest).count()) {
    return base::fail(Kind::usage, R"(expected {"variant": NAME, "ttl_seconds": N}, N from 1 to 604800)");
  }
  const bool is_plain = std::none_of(wanted.reason.begin(), wanted.reason.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
  if (!is_plain || wanted.reason.size() > kLongestReason) {
    return base::fail(Kind::usage, fmt::format("expected a reason of one line, of {} bytes at most", kLongestReason));
  }
  wanted.until = now + std::chrono::seconds(ttl->get_int64());
  return wanted;
}

class OverrideApi {
 public:
  OverrideApi(const Gate& gate, OverrideBoard& board, const base::Clock& clock)
      : gate_(gate), board_(board), clock_(clock) {}

  Response list(const Request& request) const {
    const auto visit = gate_.admit(request);
    if (!visit) return visit.error();
    base::JsonArray all;
    for (const Override& one : board_.list()) {
      if (gate_.sees(*visit->caller, one.key)) all.push_back(to_json(one));
    }
    return base::json_response(200, base::JsonObject{{"overrides", std::move(all)}});
  }

  Response put(const Request& request, const std::string& key) const {
    const auto caller = admit(request, key);
    if (!caller) return caller.error();
    const auto wanted = read_body(request, key, **caller, clock_.wall());
    if (!wanted) return error_response(wanted.error());
    if (const auto done = board_.put(*wanted); !done) return error_response(done.error());
    return base::json_response(200, to_json(*wanted));
  }

  Response remove(const Request& request, const std::string& key) const {
    const auto caller = admit(request, key);
    if (!caller) return caller.error();
    const auto ended = board_.remove(key);
    return ended ? base::json_response(200, to_json(*ended)) : error_response(ended.error());
  }

 private:
  tl::expected<const Caller*, Response> admit(const Request& request, const std::string& key) const {
    const auto visit = gate_.admit(request);
    if (!visit) return tl::unexpected(visit.error());
    const auto forbidden = [](std::string_view why) {
      return tl::unexpected(base::problem_response(403, "Forbidden", why));
    };
    if (!visit->caller->may_override) return forbidden("an override needs a token of --tokens with override: true");
    if (base::find_invalid_utf8(key) != std::string::npos) return forbidden("the key is no UTF-8");
    if (!gate_.sees(*visit->caller, key))
      return forbidden("the flag belongs to a flag set that this token does not see");
    return visit->caller;
  }

  const Gate& gate_;
  OverrideBoard& board_;
  const base::Clock& clock_;
};

}  // namespace

void add_override_routes(base::Router& router, const Gate& gate, OverrideBoard& overrides, const base::Clock& clock) {
  const OverrideApi api(gate, overrides, clock);
  router.add("GET", "/v1/overrides", [api](const Request& request, const base::PathParameters&, base::Reply reply) {
    reply(api.list(request));
  });
  router.add("PUT", "/v1/overrides/{key}",
             [api](const Request& request, const base::PathParameters& path, base::Reply reply) {
               reply(api.put(request, path["key"]));
             });
  router.add("DELETE", "/v1/overrides/{key}",
             [api](const Request& request, const base::PathParameters& path, base::Reply reply) {
               reply(api.remove(request, path["key"]));
             });
}

}  // namespace trunkline::flags
