#include "deployer/dial/exposure.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using base::Kind;
using base::Millis;

const Exposure kExposure{"shop", "shop", "shop-twin", 1000, "r-17", Millis{30'000}};

TEST(Exposure, IsOneEntryThatEndsInTheBalancersClock) {
  const DialEntry entry = entry_for(kExposure, 1'900'000'000'250);
  EXPECT_EQ(to_string(entry), "1900000031:1000:r-17:shop:shop-twin");
  EXPECT_EQ(parse_entry("1900000031:1000:r-17:shop:shop-twin"), entry);
  EXPECT_EQ(exposure_of("shop", entry, 1'900'000'000'250).lease, Millis{30'750});
  EXPECT_EQ(exposure_of("shop", entry, 1'900'000'031'000).lease, Millis{0});
  EXPECT_EQ(exposure_of("shop", entry, 1'900'000'099'000).lease, Millis{0});
}

TEST(Exposure, HasNoEndWithoutALease) {
  Exposure none = kExposure;
  none.share = 0;
  none.lease = Millis{0};
  EXPECT_EQ(to_string(entry_for(none, 1'900'000'000'000)), "0:0:r-17:shop:shop-twin");
  EXPECT_EQ(exposure_of("shop", entry_for(none, 5), 1'900'000'000'000), none);
}

TEST(Exposure, IsComparedWithoutItsEnd) {
  const DialEntry entry = entry_for(kExposure, 0), later = entry_for(kExposure, 99'000);
  EXPECT_TRUE(same_exposure(entry, later));
  DialEntry other = entry;
  other.share = 1001;
  EXPECT_FALSE(same_exposure(entry, other));
}

TEST(Exposure, RefusesWhatTheEntryCannotHold) {
  EXPECT_TRUE(check(kExposure));
  const auto refused = [](const auto& change) {
    Exposure exposure = kExposure;
    change(exposure);
    const auto answer = check(exposure);
    return !answer && answer.error().kind == Kind::invalid;
  };
  EXPECT_TRUE(refused([](Exposure& e) { e.share = 10'001; }));
  EXPECT_TRUE(refused([](Exposure& e) { e.share = -1; }));
  EXPECT_TRUE(refused([](Exposure& e) { e.lease = Millis{0}; }));
  EXPECT_TRUE(refused([](Exposure& e) { e.lease = Millis{-1}; }));
  EXPECT_TRUE(refused([](Exposure& e) { e.salt = "R1"; }));
  EXPECT_TRUE(refused([](Exposure& e) { e.salt = ""; }));
  EXPECT_TRUE(refused([](Exposure& e) { e.stable = "a:b"; }));
  EXPECT_TRUE(refused([](Exposure& e) { e.key = "a b"; }));
  EXPECT_TRUE(refused([](Exposure& e) { e.fresh = e.stable; }));
}

TEST(Exposure, ReadsNoEntryThatHaproxyWouldReadOtherwise) {
  for (const char* text :
       {"", "0", "0:0:none:shop", "0:0:none:shop:shop-twin:x", "-1:0:none:a:b", "0:10001:none:a:b", "0:1e3:none:a:b",
        "0: 5:none:a:b", "0:5::a:b", "0:5:r1::b", "99999999999999999999:5:r1:a:b"}) {
    EXPECT_FALSE(parse_entry(text)) << text;
  }
}

}  // namespace
}  // namespace trunkline::deployer
