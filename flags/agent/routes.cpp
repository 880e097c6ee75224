#include "flags/agent/routes.h"

#include "base/core/text.h"

namespace trunkline::flags {
namespace {

using base::Request;
using base::Response;

Response flag_set(const Request& request, const Feed& feed) {
  const auto snapshot = feed.snapshot();
  if (!snapshot) return base::problem_response(503, "No flags", feed.ready().error().message);
  const auto known = request.headers.find("If-None-Match");
  Response response;
  response.headers.set("ETag", snapshot->etag);
  response.headers.set("Cache-Control", "no-cache");
  if (!snapshot->revision.empty()) response.headers.set("Trunkline-Revision", snapshot->revision);
  if (known && names_etag(*known, snapshot->etag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", "application/json");
  response.body = snapshot->document;
  return response;
}

}  // namespace

bool names_etag(std::string_view header, std::string_view etag) {
  for (std::string_view tag : base::split(header, ',')) {
    tag = base::trim(tag);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag || tag == "*") return true;
  }
  return false;
}

void add_flag_routes(base::Router& router, const Feed& feed) {
  router.add("GET", "/v1/flagset", [&feed](const Request& request, const base::PathParameters&, base::Reply reply) {
    reply(flag_set(request, feed));
  });
}

}  // namespace trunkline::flags
