#include "base/http/host.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

TEST(Host, HasANameAndPerhapsAPort) {
  for (const char* text : {"", "h", "h:", "h:80", "a.b-c_d", "a%2Db", "127.0.0.1:1", "[::1]", "[::1]:80"}) {
    EXPECT_TRUE(is_host(text)) << text;
  }
  for (const char* text :
       {"::1", "[::1", "[h]", "[::1]x", "h:x", "h:1:2", "h/a", "u@h", "a b", "a%2", "h i", "\"h\""}) {
    EXPECT_FALSE(is_host(text)) << text;
  }
  EXPECT_EQ(host_name("h:80"), "h");
  EXPECT_EQ(host_name("[::1]:80"), "[::1]");
  EXPECT_EQ(host_name("[::1]"), "[::1]");
}

TEST(Host, IsLocalWhereNoNameServerDecides) {
  for (const char* name : {"localhost", "LocalHost", "127.0.0.1", "10.0.0.1", "[::1]", "[fe80::1]"}) {
    EXPECT_TRUE(is_local_name_or_address(name)) << name;
  }
  for (const char* name : {"", "localhost.", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example",
                           "127.1", "0x7f000001", "::1"}) {
    EXPECT_FALSE(is_local_name_or_address(name)) << name;
  }
}

}  // namespace
}  // namespace trunkline::base
