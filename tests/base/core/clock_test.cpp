#include "base/core/clock.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_duration("250ms"), Millis{250});
  EXPECT_EQ(parse_duration("30s"), Millis{30s});
  EXPECT_EQ(parse_duration("1h30m"), Millis{90min});
  EXPECT_EQ(parse_duration("0"), Millis{0});
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* text : {"", "10", "m", "-5s", "5 s", "5sec", "1.5s", "99999999999d", "10ms5", "3650d1ms"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, PrintsWhatItReads) {
  EXPECT_EQ(format_duration(90s), "1m30s");
  EXPECT_EQ(format_duration(400ms), "400ms");
  EXPECT_EQ(format_duration(0ms), "0s");
  for (const int64_t millis : {1, 999, 1001, 86'400'000, 90'061'001}) {
    EXPECT_EQ(parse_duration(format_duration(Millis{millis})), Millis{millis});
  }
}

TEST(Iso8601, ReadsWhatItPrints) {
  const WallTime time = WallTime{Millis{1'795'311'723'456}};
  EXPECT_EQ(to_iso8601(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(parse_iso8601(to_iso8601(time)), time);
}

TEST(Iso8601, TakesAFractionOrNone) {
  EXPECT_EQ(parse_iso8601("1970-01-02T00:00:00Z"), WallTime{24h});
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:01.5Z"), WallTime{1500ms});
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:00.123456Z"), WallTime{123ms});
}

TEST(Iso8601, RefusesEverythingElse) {
  for (const char* text : {"", "1970-01-01", "1970-01-01T00:00:00", "1970-02-30T00:00:00Z", "1970-01-01T24:00:00Z",
                           "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00+01:00", "1970-01-01T00:00:00xZ",
                           "1970-01-01T00:00:00ZZ", "-970-01-01T00:00:00Z", "1970-01-01T00:00:60Z"}) {
    EXPECT_FALSE(parse_iso8601(text)) << text;
  }
}

}  // namespace
}  // namespace trunkline::base
