#include "flags/agent/http/flag_set_reply.h"

#include "flags/agent/http/etag.h"

namespace trunkline::flags {

base::Response flag_set_response(const base::Request& request, const View* view) {
  if (view == nullptr) return base::problem_response(503, "No flags", "the agent has no flags yet");
  const Snapshot& snapshot = view->snapshot();
  base::Response response;
  response.headers.set("ETag", snapshot.etag);
  response.headers.set("Cache-Control", "no-cache");
  if (!snapshot.revision.empty()) response.headers.set("Trunkline-Revision", snapshot.revision);
  if (names_etag(request, snapshot.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", "application/json");
  response.shared_body = view->document();
  return response;
}

}  // namespace trunkline::flags
