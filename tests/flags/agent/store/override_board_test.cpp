#include "flags/agent/store/override_board.h"

#include <gtest/gtest.h>

#include "base/core/files.h"
#include "tests/support/fake_clock.h"

namespace trunkline::flags {
namespace {

using std::chrono::seconds;

class OverrideBoardTest : public testing::Test {
 protected:
  OverrideBoardTest() {
    store_.take(0, std::make_shared<const Snapshot>(
                       make_snapshot({R"({"flags": {"a": {"state": "ENABLED", "variants": {"on": true, "off": false},
                                       "defaultVariant": "off"}}})",
                                      "f.json", ""})
                           .value()));
  }
  Override on_for(seconds length) { return {"a", "on", clock_.now + length, "ops", "an incident"}; }
  std::string variant() { return std::string(evaluate(store_.edition()->whole()->set(), "a", {}, clock_.now).variant); }
  bool shows(const std::string& line) { return metrics_.render().find(line + "\n") != std::string::npos; }

  base::TempFolder folder_ = base::TempFolder::make("override-test").value();
  base::FakeClock clock_;
  base::Metrics metrics_;
  FlagStore store_{1, metrics_};
  OverrideBoard board_{folder_.path() / "cache", store_, clock_, metrics_};
};

TEST_F(OverrideBoardTest, IsInForceUntilItsTimeIsOver) {
  ASSERT_TRUE(board_.put(on_for(seconds{60})));
  EXPECT_EQ(variant(), "on");
  EXPECT_TRUE(shows(R"(flag_override_active{flag="a",variant="on"} 1)"));
  clock_.now += seconds{59};
  board_.tick();
  EXPECT_EQ(board_.list().size(), 1U);
  clock_.now += seconds{1};
  EXPECT_EQ(variant(), "off") << "before anybody has looked";
  board_.tick();
  EXPECT_TRUE(board_.list().empty());
  EXPECT_TRUE(shows(R"(flag_override_active{flag="a",variant="on"} 0)"));
  EXPECT_EQ(store_.edition()->whole()->set().find("a")->rule, std::nullopt) << "nothing of it is left";
}

TEST_F(OverrideBoardTest, SurvivesARestart) {
  ASSERT_TRUE(board_.put(on_for(seconds{60})));
  FlagStore store(1, metrics_);
  OverrideBoard again(folder_.path() / "cache", store, clock_, metrics_);
  again.load();
  EXPECT_EQ(again.list(), board_.list());
  clock_.now += seconds{61};
  OverrideBoard late(folder_.path() / "cache", store, clock_, metrics_);
  late.load();
  EXPECT_TRUE(late.list().empty());
}

TEST_F(OverrideBoardTest, IsTakenBack) {
  ASSERT_TRUE(board_.put(on_for(seconds{60})));
  EXPECT_EQ(board_.remove("a")->reason, "an incident");
  EXPECT_EQ(variant(), "off");
  EXPECT_EQ(board_.remove("a").error().kind, base::Kind::not_found);
}

TEST_F(OverrideBoardTest, RefusesWhatCannotBe) {
  EXPECT_EQ(board_.put(on_for(seconds{0})).error().kind, base::Kind::usage);
  EXPECT_EQ(board_.put(on_for(std::chrono::hours{24 * 8})).error().kind, base::Kind::usage);
  EXPECT_EQ(board_.put({"b", "on", clock_.now + seconds{1}, "", ""}).error().kind, base::Kind::not_found);
  EXPECT_TRUE(board_.list().empty());
}

TEST_F(OverrideBoardTest, IsNotInForceWhereItCannotBeKept) {
  ASSERT_TRUE(base::write_file_atomically(folder_.path() / "file", ""));
  OverrideBoard board(folder_.path() / "file", store_, clock_, metrics_);
  EXPECT_EQ(board.put(on_for(seconds{60})).error().kind, base::Kind::io);
  EXPECT_TRUE(board.list().empty());
  EXPECT_EQ(variant(), "off");
}

TEST_F(OverrideBoardTest, IsTakenBackAlsoWhereTheDiskDoesNotWork) {
  ASSERT_TRUE(board_.put(on_for(seconds{60})));
  std::filesystem::remove_all(folder_.path() / "cache");
  ASSERT_TRUE(base::write_file_atomically(folder_.path() / "cache", "no folder"));
  EXPECT_TRUE(board_.remove("a"));
  EXPECT_EQ(variant(), "off");
}

TEST_F(OverrideBoardTest, KeepsTheOtherOverridesOfAFileWithABadOne) {
  ASSERT_TRUE(base::make_folders(folder_.path() / "cache"));
  ASSERT_TRUE(base::write_file_atomically(folder_.path() / "cache/overrides.json",
                                          R"({"version":1,"overrides":[{"flag":7},{"flag":"a","variant":"on",
                                              "until":"1970-01-12T13:50:00.000Z"}]})"));
  board_.load();
  EXPECT_EQ(variant(), "on");
}

TEST_F(OverrideBoardTest, StartsWithoutAFileThatCannotBeRead) {
  ASSERT_TRUE(base::make_folders(folder_.path() / "cache"));
  ASSERT_TRUE(base::write_file_atomically(folder_.path() / "cache/overrides.json", "{\"version\":9}"));
  board_.load();
  EXPECT_TRUE(board_.list().empty());
  EXPECT_TRUE(board_.put(on_for(seconds{60})));
}

}  // namespace
}  // namespace trunkline::flags
