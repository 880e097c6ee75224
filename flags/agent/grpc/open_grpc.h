#pragma once

#include "flags/agent/listener.h"

namespace trunkline::flags {

// What flagd's SDKs speak, on --grpc-listen (evaluation) and --sync-listen (flag sets); null without both. An
// OpenListener. Kind::usage too where the agent was built without gRPC.
base::Result<std::unique_ptr<Listener>> open_grpc(const AgentOptions& options, const ListenerNeeds& needs);

}  // namespace trunkline::flags
