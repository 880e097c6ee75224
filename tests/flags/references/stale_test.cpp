#include "flags/references/stale.h"

#include <gtest/gtest.h>

namespace trunkline::flags {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::sys_days kToday = std::chrono::year(2027) / 3 / 1;

std::string flag(const std::string& key, const std::string& metadata, const std::string& rule = "{}") {
  return "\"" + key + R"(": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on",
    "targeting": )" +
         rule + ", \"metadata\": " + metadata + "}";
}

std::vector<std::string> stale(const std::string& flags, const std::optional<std::set<std::string>>& referenced = {}) {
  const FlagSet set = parse_json_flag_set("{\"flags\": {" + flags + "}}", "f.json").value();
  std::vector<std::string> lines;
  for (const StaleFlag& each : find_stale(set, kToday, {.referenced = referenced})) {
    std::string line = each.flag->key;
    for (const auto why : each.why) line += " " + std::string(to_string(why));
    if (each.days_over > 0) line += " " + std::to_string(each.days_over);
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Stale, IsAFlagFromTheDayBehindItsLast) {
  EXPECT_EQ(stale(flag("a", R"({"kind": "ops", "expires": "2027-03-01"})")), Lines{});
  EXPECT_EQ(stale(flag("a", R"({"kind": "ops", "expires": "2027-02-28"})") + "," +
                  flag("b", R"({"kind": "ops", "expires": "2026-03-01"})") + "," +
                  flag("c", R"({"kind": "ops", "expires": "2027-02-30"})") + "," +
                  flag("d", R"({"kind": "ops", "expires": 5})")),
            (Lines{"b expired 365", "a expired 1", "c bad-date", "d bad-date"}));
}

TEST(Stale, IsAReleaseThatEverybodyHas) {
  EXPECT_EQ(stale(flag("a", "{}") + "," +
                  flag("b", R"({"kind": "release"})", R"({"fractional": [["on", 100], ["off", 0]]})") + "," +
                  flag("c", R"({"kind": "release"})", R"({"if": [{"var": "x"}, "on"]})") + "," +
                  flag("d", R"({"kind": "permission"})")),
            (Lines{"a rolled-out", "b rolled-out", "c rolled-out"}));
  EXPECT_EQ(stale(flag("a", "{}", R"({"fractional": [["off", 1]]})")), Lines{}) << "not begun yet";
  EXPECT_EQ(stale(flag("a", "{}", R"({"fractional": [["on", 99], ["off", 1]]})") + "," +
                  flag("b", "{}", R"({"if": [{"var": "x"}, "off"]})") + "," + flag("c", "{}", R"({"var": "x"})") + "," +
                  flag("d", "{}", R"({"fractional": [["on", {"var": "w"}]]})") + "," +
                  flag("e", "{}", R"({"fractional": [["gone", 1]]})")),
            Lines{});
}

TEST(Stale, IsAFlagThatNoCodeNames) {
  EXPECT_EQ(stale(flag("a", R"({"kind": "ops"})") + "," + flag("b", R"({"kind": "ops"})"), std::set<std::string>{"b"}),
            Lines{"a unreferenced"});
}

TEST(Stale, ListsWhatNoAgentWasAskedFor) {
  const FlagSet set = parse_json_flag_set(R"({"flags": {
    "asked": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off"},
    "forgotten": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off"}}})",
                                          "f.json")
                          .value();
  const auto found = find_stale(set, kToday, {.evaluated = std::set<std::string>{"asked", "another"}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].flag->key, "forgotten");
  EXPECT_EQ(found[0].why, std::vector{StaleFlag::Why::unevaluated});
}

}  // namespace
}  // namespace trunkline::flags
