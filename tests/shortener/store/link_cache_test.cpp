#include "shortener/store/link_cache.h"

#include <gtest/gtest.h>

namespace trunkline::shortener {
namespace {

const base::SteadyTime kStart{std::chrono::hours(1)};

TEST(LinkCache, RemembersForASecond) {
  LinkCache cache(1 << 20);
  cache.put("a", "http://a", kStart);
  EXPECT_EQ(cache.find("a", kStart + base::Millis(1000)), "http://a");
  EXPECT_EQ(cache.find("b", kStart), std::nullopt);
  EXPECT_EQ(cache.find("a", kStart + base::Millis(1001)), std::nullopt);
}

TEST(LinkCache, TakesTheLatestUrl) {
  LinkCache cache(1 << 20);
  cache.put("a", "http://a", kStart);
  cache.put("a", "http://b", kStart + base::Millis(500));
  EXPECT_EQ(cache.find("a", kStart + base::Millis(1400)), "http://b");
}

TEST(LinkCache, IsBoundedAndForgetsWhatWasNotAskedFor) {
  LinkCache cache(1 << 20);
  const std::string url(1000, 'x');
  cache.put("kept", url, kStart);
  int remembered = 0;
  for (int i = 0; i < 10'000; ++i) {
    cache.put("c" + std::to_string(i), url, kStart);
    EXPECT_TRUE(cache.find("kept", kStart));
  }
  for (int i = 0; i < 10'000; ++i) remembered += cache.find("c" + std::to_string(i), kStart) ? 1 : 0;
  EXPECT_LT(remembered, 1000);
  EXPECT_GT(remembered, 500);
}

TEST(LinkCache, MayBeSwitchedOff) {
  LinkCache cache(0);
  cache.put("a", "http://a", kStart);
  EXPECT_EQ(cache.find("a", kStart), std::nullopt);
}

}  // namespace
}  // namespace trunkline::shortener
