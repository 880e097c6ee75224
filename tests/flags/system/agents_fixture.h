#pragma once

#include "base/http/client.h"
#include "tests/flags/system/flagctl_fixture.h"
#include "tests/support/server_process.h"
#include "tests/support/soon.h"

namespace trunkline::flags {

using base::soon;

// A flag set with the one flag "a", whose default is `variant` (x, y or z).
inline std::string flags_with(const std::string& variant) {
  return R"({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1, "y": 2, "z": 3}, "defaultVariant": ")" + variant +
         "\"}}}\n";
}

// Real flag-agents and the real flagctl.
class AgentsFixture : public FlagctlFixture {
 protected:
  using Agent = std::unique_ptr<base::ServerProcess>;

  // On a port of its own, unless the arguments say where to listen.
  Agent start(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {}) {
    if (std::find(arguments.begin(), arguments.end(), "--listen") == arguments.end()) {
      arguments.insert(arguments.begin(), {"--listen", "127.0.0.1:0"});
    }
    arguments.insert(arguments.begin(), TRUNKLINE_BIN_DIR "/flag-agent");
    auto agent = std::make_unique<base::ServerProcess>(std::move(arguments), std::move(environment));
    EXPECT_NE(agent->address(), "") << agent->output();
    return agent;
  }
  Agent start_on_file(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--source", "file:" + path("flags.json")});
    return start(std::move(more));
  }
  void write(const std::string& text) { ASSERT_TRUE(base::write_file_atomically(path("flags.json"), text)); }

  base::Response send(const Agent& agent, const std::string& target, const base::Request& request = {}) {
    const auto answer = http_->send(agent->url(target), request);
    EXPECT_TRUE(answer) << to_string(answer.error());
    return answer.value_or(base::Response{.status = 0});
  }
  // What the agent says the flag "a" is; "" if it says no such thing.
  std::string variant(const Agent& agent, base::Headers headers = {}) {
    const auto answer = http_->send(agent->url("/ofrep/v1/evaluate/flags/a"), {"POST", "/", std::move(headers), ""});
    const auto body = answer ? base::parse_json(answer->body) : base::fail(answer.error());
    return body ? base::string_or(*body, "variant") : "";
  }
  bool serves(const Agent& agent, const std::string& wanted) {
    return soon([&] { return variant(agent) == wanted; });
  }

  std::unique_ptr<base::HttpClient> http_ = base::make_http_client();
};

}  // namespace trunkline::flags
