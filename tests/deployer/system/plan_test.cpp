#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/share_rig.h"

// What `plan` sees of a running service.
namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Planning, TellsTheMemoryThatItTakesAndWhatItsBakesCanFind) {
  ShareRig rig;
  rig.release_first();
  rig.pack("2");
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 10m }] }",
             .extra = "        - { name: errors, haproxy: errorRatio, compare: stable, test: sequential }\n"});
  const std::vector<std::string> words = {"plan", rig.path("rollout.yaml"), "--artifact", rig.artifact("2")};
  EXPECT_THAT(rig.deployer(words).out, testing::Not(HasSubstr("requests/s"))) << "nobody came yet";
  auto with_requests = words;
  with_requests.insert(with_requests.end(), {"--requests", "50"});
  EXPECT_THAT(rig.deployer(with_requests).out,
              AllOf(HasSubstr("at 50 requests/s"), HasSubstr("at 10 %: errors that rise x")));
  rig.start_load();
  rig.wait_for_users();
  const Ran text = rig.deployer(words);
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("MB of memory, as those that run now"), HasSubstr("requests/s")));
  auto as_json = words;
  as_json.push_back("--json");
  const auto json = base::parse_json(rig.deployer(as_json).out);
  ASSERT_TRUE(json);
  EXPECT_GT(number(*json, "memory_needed"), 1'000'000);
  EXPECT_GT(number(*json, "memory_available"), number(*json, "memory_needed"));
  EXPECT_EQ(base::find(*json, "bakes")->as_array().size(), 1U);
}

}  // namespace
}  // namespace trunkline::deployer
