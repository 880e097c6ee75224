#include "deployer/drivers/launch.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

const Launch kLaunch{{"1.8", "abc", "sha256:aa", "sha256:cc"},
                     {"bin/shop", "--listen", "{{instance.host}}:{{ instance.port }}", "{{service}}/{{environment}}"},
                     {{"NAME", "{{instance.id}}"}, {"PLAIN", "a {b} $c"}}};

TEST(Launch, FillsPlaceholdersAndTellsTheInstanceWhatItIs) {
  const InstanceCommand command = command_for(kLaunch, {"web1", "127.0.0.1", 9001}, "shop", "production");
  EXPECT_EQ(command.argv, (std::vector<std::string>{"bin/shop", "--listen", "127.0.0.1:9001", "shop/production"}));
  EXPECT_EQ(command.environment, (std::map<std::string, std::string>{{"NAME", "web1"},
                                                                     {"PLAIN", "a {b} $c"},
                                                                     {"TRUNKLINE_VERSION", "1.8"},
                                                                     {"TRUNKLINE_DIGEST", "sha256:aa"},
                                                                     {"TRUNKLINE_COMMIT", "abc"}}));
}

TEST(Launch, ReadsWhatItWrites) {
  EXPECT_EQ(launch_from_json(to_json(kLaunch)), kLaunch);
}

TEST(Launch, HasAnotherDigestForAnotherCommandOrEnvironment) {
  const std::string digest = config_digest(kLaunch.command, kLaunch.variables);
  EXPECT_EQ(config_digest(kLaunch.command, kLaunch.variables), digest);
  EXPECT_NE(config_digest({"bin/shop"}, kLaunch.variables), digest);
  EXPECT_NE(config_digest(kLaunch.command, {}), digest);
}

}  // namespace
}  // namespace trunkline::deployer
