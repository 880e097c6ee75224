#include <fcntl.h>
#include <gtest/gtest.h>

#include "tests/flags/system/grpc/grpc_fixture.h"

// OpenFeature's own SDK, with the providers that people use, against the real flag-agent.
namespace trunkline::flags {
namespace {

using base::Millis;

// What openfeature.js expects.
std::string flags_with_live(const std::string& variant) {
  return R"({"flags": {
  "boolean": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on",
              "metadata": {"owner": "web"}},
  "string": {"state": "ENABLED", "variants": {"greeting": "hällo"}, "defaultVariant": "greeting"},
  "integer": {"state": "ENABLED", "variants": {"answer": 42}, "defaultVariant": "answer"},
  "float": {"state": "ENABLED", "variants": {"half": 2.5}, "defaultVariant": "half"},
  "object": {"state": "ENABLED", "variants": {"box": {"width": 3, "names": ["a", "b"], "deep": {"yes": true}}},
             "defaultVariant": "box"},
  "disabled": {"state": "DISABLED", "variants": {"theirs": "theirs"}, "defaultVariant": "theirs"},
  "undecided": {"state": "ENABLED", "variants": {"theirs": "theirs"}},
  "broken": {"state": "ENABLED", "variants": {"a": "a"}, "defaultVariant": "a", "targeting": {"no_such_thing": [1]}},
  "targeted": {"state": "ENABLED", "variants": {"dutch": "hallo", "english": "hello"}, "defaultVariant": "english",
               "targeting": {"if": [{"and": [{"==": [{"var": "country"}, "NL"]}, {"===": [{"var": "age"}, 18]}]},
                                    "dutch"]}},
  "live": {"state": "ENABLED", "variants": {"before": "before", "after": "after"}, "defaultVariant": ")" +
         variant + "\"}}}";
}

class OpenFeatureTest : public GrpcFixture {};

TEST_F(OpenFeatureTest, GetsTheSameFromOfrepFromRpcAndInProcess) {
  if (!std::filesystem::exists(TRUNKLINE_PEERS_DIR "/node_modules/@openfeature/flagd-provider")) {
    GTEST_SKIP() << "the packages of tests/peers are not in " << TRUNKLINE_PEERS_DIR << " (./dev test puts them there)";
  }
  write(flags_with_live("before"));
  const Agent agent = start_with_grpc();
  const std::string out = path("node.out");
  const base::Descriptor output{open(out.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0644)};
  auto node = base::Child::start(
      {.argv = {"node", TRUNKLINE_SOURCE_DIR "/tests/flags/system/grpc/openfeature.js", agent->url(""),
                address_of(agent, "flagd.evaluation"), address_of(agent, "flagd.sync")},
       .environment = {{"PEERS", TRUNKLINE_PEERS_DIR}, {"no_grpc_proxy", "127.0.0.1"}}},
      output);
  ASSERT_TRUE(node) << to_string(node.error());
  const auto says = [&] { return base::read_file(out).value_or(""); };
  EXPECT_TRUE(soon([&] { return node->poll() || says().find("ready\n") != std::string::npos; }, Millis{60'000}));
  write(flags_with_live("after"));
  EXPECT_TRUE(soon([&] { return node->poll().has_value(); }, Millis{60'000}));
  EXPECT_EQ(node->poll(), (base::ExitStatus{0, 0})) << says();
}

}  // namespace
}  // namespace trunkline::flags
