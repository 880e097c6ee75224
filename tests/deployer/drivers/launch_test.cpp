#include "deployer/drivers/launch.h"

#include <gtest/gtest.h>
#include <set>

namespace trunkline::deployer {
namespace {

const Launch kLaunch{{"1.8", "abc", "sha256:aa", "sha256:cc"},
                     {"bin/shop", "--listen", "{{instance.host}}:{{ instance.port }}", "{{service}}/{{environment}}"},
                     {{"NAME", "{{instance.id}}"}, {"PLAIN", "a {b} $c"}}};

TEST(Launch, FillsPlaceholdersAndTellsTheInstanceWhatItIs) {
  const InstanceCommand command =
      command_for(kLaunch, {"web1", "127.0.0.1", 9001}, "shop", "production", "/state/configs/cc");
  EXPECT_EQ(command.argv, (std::vector<std::string>{"bin/shop", "--listen", "127.0.0.1:9001", "shop/production"}));
  EXPECT_EQ(command.environment, (std::map<std::string, std::string>{{"NAME", "web1"},
                                                                     {"PLAIN", "a {b} $c"},
                                                                     {"TRUNKLINE_VERSION", "1.8"},
                                                                     {"TRUNKLINE_DIGEST", "sha256:aa"},
                                                                     {"TRUNKLINE_COMMIT", "abc"},
                                                                     {"TRUNKLINE_CONFIG", "/state/configs/cc"}}));
}

Launch with_config() {
  Launch launch = kLaunch;
  launch.command.push_back("{{revision.config}}/shop.conf");
  launch.files = {{"shop.conf", "sha256:01"}};
  launch.secrets = {{"/run/secrets/db", "sha256:02"}};
  return launch;
}

TEST(Launch, NamesTheFolderOfItsConfiguration) {
  const InstanceCommand command = command_for(with_config(), {"web1", "127.0.0.1", 9001}, "shop", "production", "/c");
  EXPECT_EQ(command.argv.back(), "/c/shop.conf");
}

TEST(Launch, ReadsWhatItWrites) {
  EXPECT_EQ(launch_from_json(to_json(kLaunch)), kLaunch);
  EXPECT_EQ(launch_from_json(to_json(with_config())), with_config());
}

TEST(Launch, HasAnotherDigestForAnotherOfItsParts) {
  const auto changed = [](auto change) {
    Launch launch = with_config();
    change(launch);
    return config_digest(launch);
  };
  const std::set<std::string> digests = {
      config_digest(with_config()),
      changed([](Launch& launch) { launch.command.pop_back(); }),
      changed([](Launch& launch) { launch.variables["NAME"] = "x"; }),
      changed([](Launch& launch) { launch.files["shop.conf"] = "sha256:03"; }),
      changed([](Launch& launch) { launch.secrets["/run/secrets/db"] = "sha256:03"; }),
      changed([](Launch& launch) { launch.secrets.clear(); }),
  };
  EXPECT_EQ(digests.size(), 6U);
  EXPECT_EQ(config_digest(with_config()), config_digest(with_config()));
}

TEST(Launch, TellsWhatDiffersWithoutTheValues) {
  Launch after = with_config();
  after.command = {"bin/shop", "--fast"};
  after.variables = {{"NAME", "secret"}, {"NEW", "1"}};
  after.files["shop.conf"] = "sha256:03";
  after.secrets = {};
  EXPECT_EQ(
      differences(with_config(), after),
      (std::vector<std::string>{"command bin/shop --listen {{instance.host}}:{{ instance.port }} "
                                "{{service}}/{{environment}} {{revision.config}}/shop.conf -> bin/shop --fast",
                                "environment NAME is another", "environment NEW is new", "environment PLAIN is gone",
                                "config file shop.conf is another", "secret /run/secrets/db is gone"}));
  EXPECT_TRUE(differences(kLaunch, kLaunch).empty());
}

}  // namespace
}  // namespace trunkline::deployer
