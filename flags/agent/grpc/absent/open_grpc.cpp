#include "flags/agent/grpc/open_grpc.h"

namespace trunkline::flags {

base::Result<std::unique_ptr<Listener>> open_grpc(const AgentOptions& options, const ListenerNeeds&) {
  if (!options.grpc_listen && !options.sync_listen) return nullptr;
  return base::fail(base::Kind::usage, "--grpc-listen and --sync-listen: this flag-agent was built without gRPC");
}

}  // namespace trunkline::flags
