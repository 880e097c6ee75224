#pragma once

#include "base/core/text.h"
#include "tests/flags/system/agents_fixture.h"

namespace trunkline::flags {

// Real flag-agents that serve gRPC.
class GrpcFixture : public AgentsFixture {
 protected:
  // On ports of their own.
  Agent start_with_grpc(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--grpc-listen", "127.0.0.1:0", "--sync-listen", "127.0.0.1:0"});
    return start_on_file(std::move(more));
  }
  // Where it serves "flagd.evaluation" or "flagd.sync", by its log.
  static std::string address_of(const Agent& agent, const std::string& service) {
    const std::string output = agent->output();
    for (const std::string_view line : base::split(output, '\n')) {
      const auto json = base::parse_json(line);
      if (json && base::string_or(*json, "service") == service) return base::string_or(*json, "listening");
    }
    ADD_FAILURE() << output;
    return "";
  }
};

}  // namespace trunkline::flags
