#include "base/http/listen.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

TEST(ListenAddress, HasThreeForms) {
  EXPECT_EQ(*parse_listen_address("127.0.0.1:8080"), (ListenAddress{"127.0.0.1", 8080, false}));
  EXPECT_EQ(*parse_listen_address("localhost:0"), (ListenAddress{"127.0.0.1", 0, false}));
  EXPECT_EQ(*parse_listen_address("[::1]:80"), (ListenAddress{"::1", 80, false}));
  EXPECT_EQ(*parse_listen_address("unix:/run/a.sock"), (ListenAddress{"/run/a.sock", 0, true}));
}

TEST(ListenAddress, IsPrintedAsItIsRead) {
  for (const char* text : {"127.0.0.1:8080", "[::1]:80", "unix:/run/a.sock"}) {
    EXPECT_EQ(to_string(*parse_listen_address(text)), text);
  }
}

TEST(ListenAddress, SaysWhatWasExpected) {
  for (const char* text : {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "[::1]",
                           "[127.0.0.1]:80", "example.com:80", "unix:", "1.2.3.4:80x"}) {
    const auto address = parse_listen_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().kind, Kind::usage);
    EXPECT_NE(address.error().message.find("expected ADDR:PORT"), std::string::npos);
  }
}

TEST(SocketMode, IsThreeOctalDigits) {
  EXPECT_EQ(*parse_socket_mode("660"), 0660U);
  EXPECT_EQ(*parse_socket_mode("0600"), 0600U);
  for (const char* text : {"", "66", "668", "1777", "6600", "rw-", "-60", "0x6"}) {
    ASSERT_FALSE(parse_socket_mode(text)) << text;
    EXPECT_EQ(parse_socket_mode(text).error().kind, Kind::usage);
  }
}

}  // namespace
}  // namespace trunkline::base
