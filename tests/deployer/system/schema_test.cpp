#include "deployer/plan/schema.h"

#include <fstream>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/yaml/yaml.h"
#include "tests/deployer/plan/rollout_files.h"

namespace trunkline::deployer {
namespace {

base::Json as_json(const std::string& yaml) {
  return base::to_json(base::parse_yaml(yaml, "").value());
}

base::ProcessOutput run(std::vector<std::string> argv) {
  return base::run_process({.argv = std::move(argv), .environment = {{"PEERS", TRUNKLINE_PEERS_DIR}}},
                           base::Millis{60'000})
      .value();
}

TEST(RolloutSchemaSystem, IsPrinted) {
  const base::ProcessOutput printed = run({TRUNKLINE_BIN_DIR "/deployer", "schema"});
  EXPECT_EQ(printed.status, (base::ExitStatus{0, 0})) << printed.err;
  EXPECT_EQ(base::parse_json(printed.out).value(), rollout_schema());
}

TEST(RolloutSchemaSystem, TakesAndRefusesTheFilesThatTheParserTakesAndRefuses) {
  if (!std::filesystem::exists(TRUNKLINE_PEERS_DIR "/node_modules/ajv")) {
    GTEST_SKIP() << "the packages of tests/peers are not in " << TRUNKLINE_PEERS_DIR << " (./dev test puts them there)";
  }
  base::JsonObject good, broken;
  for (const auto& [name, text] : good_rollout_files()) good[name] = as_json(text);
  for (const auto& [text, refusal] : broken_rollout_files()) broken[refusal] = as_json(text);
  const auto folder = base::TempFolder::make("schema-").value();
  const std::string file = folder.path() / "files.json";
  std::ofstream(file) << base::to_text(
      base::JsonObject{{"schema", rollout_schema()}, {"good", std::move(good)}, {"broken", std::move(broken)}});
  const base::ProcessOutput checked = run({"node", TRUNKLINE_SOURCE_DIR "/tests/deployer/system/schema.js", file});
  EXPECT_EQ(checked.status, (base::ExitStatus{0, 0}));
  EXPECT_EQ(checked.out + checked.err, "");
}

}  // namespace
}  // namespace trunkline::deployer
