#include "base/core/log.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

const WallTime kNow{Millis(1'763'805'723'456)};

TEST(Log, WritesOneObjectALine) {
  EXPECT_EQ(format_log_line(kNow, LogLevel::info, "started", {{"port", 80}, {"tags", JsonArray{"a"}}}),
            R"({"ts":"2025-11-22T10:02:03.456Z","level":"info","msg":"started","port":80,"tags":["a"]})");
}

TEST(Log, CannotBeBrokenByAValue) {
  const std::string line =
      format_log_line(kNow, LogLevel::error, "a\nb", {{"x", "1\r\n\"2\x01"}, {"y\n", JsonObject{{"z", "\n"}}}});
  for (const char c : line) EXPECT_GE(c, ' ');
  EXPECT_EQ(string_or(*parse_json(line), "x"), "1\r\n\"2\x01");
}

TEST(Log, ReplacesInvalidUtf8) {
  const std::string line = format_log_line(kNow, LogLevel::warn, "\xff", {{"x", "a\xc3"}});
  EXPECT_EQ(string_or(*parse_json(line), "msg"), "\xEF\xBF\xBD");
  EXPECT_EQ(string_or(*parse_json(line), "x"), "a\xEF\xBF\xBD");
}

TEST(Log, LetsNoFieldReplaceItsOwn) {
  const std::string line = format_log_line(kNow, LogLevel::warn, "m", {{"level", "x"}});
  EXPECT_EQ(string_or(*parse_json(line), "level"), "warn");
}

TEST(Log, ReadsLevels) {
  EXPECT_EQ(*parse_log_level("debug"), LogLevel::debug);
  EXPECT_EQ(parse_log_level("loud").error().kind, Kind::usage);
}

}  // namespace
}  // namespace trunkline::base
