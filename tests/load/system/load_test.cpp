#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "base/core/json.h"
#include "tests/load/links.h"
#include "tests/support/server_process.h"

namespace trunkline::load {
namespace {

using base::Millis;

struct LoadTest : testing::Test {
  base::TempFolder folder = std::move(*base::TempFolder::make("load"));
  std::string csv = folder.path() / "links.csv";
  std::string report_file = folder.path() / "report.json";
  std::string store = "sqlite:" + (folder.path() / "links.db").string();

  void import(std::uint64_t count) {
    ASSERT_TRUE(make_links(csv, count, 1));
    const auto imported =
        base::run_process({.argv = {TRUNKLINE_BIN_DIR "/shortener", "import", csv, "--store", store}}, Millis(60'000));
    ASSERT_TRUE(imported && imported->status.ok()) << imported->err;
  }
  std::vector<std::string> server(std::vector<std::string> more = {}) {
    std::vector<std::string> argv = {
        TRUNKLINE_BIN_DIR "/shortener", "serve", "--listen", "127.0.0.1:0", "--store", store};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }
  base::ProcessSpec load(const base::ServerProcess& target, const std::string& duration) const {
    return {.argv = {LOAD_GENERATOR, "--url", target.url(""), "--links", csv, "--rate", "800", "--duration", duration,
                     "--report", report_file}};
  }
  base::Json report() const {
    const auto text = base::read_file(report_file);
    return text ? base::parse_json(*text).value_or(base::Json()) : base::Json();
  }
};

double number(const base::Json& report, const char* key) {
  const base::Json* value = base::find(report, key);
  return value == nullptr ? -1 : value->to_number<double>();
}

TEST_F(LoadTest, MakesLinksThatDifferAndCanBeImported) {
  import(5000);
  const auto links = Links::read(csv);
  ASSERT_TRUE(links) << to_string(links.error());
  ASSERT_EQ(links->size(), 5000U);
  std::set<std::string_view> codes;
  for (size_t i = 0; i < links->size(); ++i) codes.insert(links->code(i));
  EXPECT_EQ(codes.size(), 5000U);
}

// One second without answers in four: a generator that waits for answers would hide nearly all of it.
TEST_F(LoadTest, CountsTheTimeThatAStoppedServerCosts) {
  import(5000);
  base::ServerProcess target(server());
  auto child = base::Child::start(load(target, "4s"), {});
  ASSERT_TRUE(child);
  const auto until = [](auto condition) {
    const auto end = std::chrono::steady_clock::now() + Millis(20'000);
    while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(Millis(5));
  };
  until([&] { return number(report(), "requests") > 400; });
  ::kill(target.pid(), SIGSTOP);
  std::this_thread::sleep_for(Millis(1000));  // the fault itself
  ::kill(target.pid(), SIGCONT);
  until([&] { return child->poll().has_value(); });
  ASSERT_EQ(child->poll(), base::ExitStatus{});
  const base::Json result = report();
  EXPECT_EQ(number(result, "requests"), 3200);
  EXPECT_EQ(number(result, "failed"), 0) << base::to_pretty_text(result);
  EXPECT_NEAR(number(result, "mean_ms"), 125, 25) << base::to_pretty_text(result);
  EXPECT_NEAR(number(result, "p90_ms"), 600, 80) << base::to_pretty_text(result);
  EXPECT_NEAR(number(result, "p99_ms"), 960, 60) << base::to_pretty_text(result);
}

TEST_F(LoadTest, TellsFaultsFromFailures) {
  import(100);
  const base::ServerProcess slow(server({"--allow-faults", "--fault", "latency=300ms,rate=0.3"}));
  ASSERT_TRUE(base::run_process(load(slow, "1s"), Millis(20'000))->status.ok());
  base::Json result = report();
  EXPECT_EQ(number(result, "requests"), 800);
  EXPECT_EQ(number(result, "failed"), 0) << base::to_pretty_text(result);
  EXPECT_NEAR(number(result, "met_fault"), 240, 80);
  EXPECT_GE(number(result, "slow"), number(result, "met_fault"));

  const base::ServerProcess broken(server({"--allow-faults", "--fault", "status=500,rate=0.3"}));
  ASSERT_TRUE(base::run_process(load(broken, "1s"), Millis(20'000))->status.ok());
  result = report();
  EXPECT_EQ(number(result, "failed"), number(result, "met_fault")) << base::to_pretty_text(result);
  EXPECT_EQ(number(*base::find(result, "statuses"), "500"), number(result, "met_fault"));
}

TEST_F(LoadTest, SeesAWrongLocation) {
  import(10);
  const base::ServerProcess target(server());
  std::string text = *base::read_file(csv);
  text.replace(text.find(".example"), 8, ".another");
  std::ofstream(csv) << text;
  ASSERT_TRUE(base::run_process(load(target, "500ms"), Millis(20'000))->status.ok());
  const base::Json result = report();
  EXPECT_GT(number(result, "failed"), 0);
  EXPECT_LT(number(result, "failed"), 200);
  EXPECT_THAT(base::to_text(result), testing::HasSubstr(": Location http"));
}

}  // namespace
}  // namespace trunkline::load
