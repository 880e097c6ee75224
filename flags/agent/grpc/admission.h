#pragma once

#include <grpcpp/server_context.h>
#include <string>
#include <tl/expected.hpp>

#include "base/http/message.h"
#include "flags/agent/http/gate.h"
#include "flags/evaluation/evaluation.h"

namespace trunkline::flags {

// A call that was let in.
struct Call {
  base::Headers headers;  // its metadata
  Visit visit;
};

// By the same rules as over HTTP: UNAUTHENTICATED, PERMISSION_DENIED, RESOURCE_EXHAUSTED, and FAILED_PRECONDITION for a
// selector that is not flagSetId=ID. The metadata's flagd-selector goes before `selector`.
tl::expected<Call, grpc::Status> admit(const Gate& gate, const grpc::ServerContextBase& context,
                                       const std::string& selector = "");

// Where there are no flags yet.
grpc::Status no_flags();

// The code of which flagd's SDKs make the error code again.
grpc::Status status_of(std::string_view key, ErrorCode code);

}  // namespace trunkline::flags
