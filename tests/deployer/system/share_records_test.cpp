#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "deployer/engine/event_json.h"
#include "tests/deployer/system/share_rig.h"

// A deployer that is killed at a record of its journal, and another one that takes up what it left.
// TRUNKLINE_KILL_TABLE=FILE kills at every record, not at some of them, and writes the table of docs/reliability.md.
namespace trunkline::deployer {
namespace {

struct ShareRecords : testing::Test {
  struct Row {
    size_t record = 0;
    std::string event;
    std::string step;
    std::string outcome;
    std::string fleet;
    int64_t failed = 0;
  };

  void SetUp() override {
    rig.release_first();
    rig.pack("2");
    rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 500ms }] }"});
    rig.start_load();
  }

  std::string id() const { return read_journal(rig.service().journal())->header.id; }

  // Kills the release once `record` of its events are written, without a pause between the looks, and takes it up.
  Row kill_at(size_t record, const std::string& version) {
    const std::string before = id();
    const int64_t failed = without_fault(rig.load());
    const auto run = rig.begin_release(version);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      const auto journal = read_journal(rig.service().journal());
      if (journal && journal->header.id != before && journal->events.size() >= record) break;
      if (std::chrono::steady_clock::now() > deadline) break;
    }
    run->signal(SIGKILL);
    run->wait();
    Row row;
    const auto journal = read_journal(rig.service().journal());
    row.record = journal->events.size();
    if (!journal->events.empty()) row.event = base::string_or(to_json(journal->events.back().event), "event");
    row.step = row.event.empty() ? "nothing yet" : rig.state().phase == Phase::done ? "all is done" : rig.step();
    rig.deployer({"resume"});
    row.outcome = base::string_or(rig.history().back(), "outcome");
    row.fleet = rig.fleet();
    row.failed = without_fault(rig.load()) - failed;
    return row;
  }

  // At every record, or at every seventh. `next` gives the version to release and the fleet that there is afterwards.
  void kill_everywhere(size_t all, const std::string& outcome,
                       const std::function<std::pair<std::string, std::string>()>& next) {
    int again = 0;  // at a record that the next one overtook, while the deployer was still being killed
    for (size_t record = 0; record <= all;) {
      SCOPED_TRACE(record);
      const auto [version, fleet] = next();
      const Row row = kill_at(record, version);
      ASSERT_EQ(row.outcome, outcome) << row.step;
      ASSERT_EQ(row.fleet, fleet) << row.step;  // one program an instance, and none beside them
      ASSERT_EQ(rig.processes().size(), 6U) << row.step;
      EXPECT_EQ(row.failed, 0) << row.step;
      if (table() != nullptr && row.record != record && ++again < 5) continue;
      if (table() != nullptr) write(row);
      again = 0;
      record += table() != nullptr ? 1 : 7;
    }
  }

  static const char* table() { return std::getenv("TRUNKLINE_KILL_TABLE"); }
  static void write(const Row& row) {
    std::ofstream(table(), std::ios::app)
        << fmt::format("| {} | {} | {} | {} | {} | {} |\n", row.record, row.event.empty() ? "-" : row.event, row.step,
                       row.outcome, row.fleet, row.failed);
  }
  // Requests that failed though no fault was put into them.
  static int64_t without_fault(const base::Json& load) { return number(load, "failed") - number(load, "met_fault"); }
  size_t records() const { return read_journal(rig.service().journal())->events.size(); }

  ShareRig rig;
};

TEST_F(ShareRecords, AreWhereItGoesOnWhereverItWasKilled) {
  ASSERT_EQ(rig.release("2").code, 0);
  bool home = false;
  kill_everywhere(records(), "completed", [&]() -> std::pair<std::string, std::string> {
    home = !home;
    return home ? std::pair("1", "home 1") : std::pair("2", "twin 2");
  });
  EXPECT_EQ(without_fault(rig.end_load()), 0);
}

TEST_F(ShareRecords, AreWhereItGoesBackWhereverItWasKilled) {
  rig.pack("3", "exec bin/shortener serve \"$@\" --allow-faults --fault status=500,rate=1");
  ASSERT_EQ(rig.release("3").code, 3);
  kill_everywhere(records(), "rolled_back", [] { return std::pair("3", "home 1"); });
  EXPECT_EQ(without_fault(rig.end_load()), 0);
}

}  // namespace
}  // namespace trunkline::deployer
