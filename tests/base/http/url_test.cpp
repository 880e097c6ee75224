#include "base/http/url.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

TEST(Url, HasDefaults) {
  EXPECT_EQ(*parse_url("http://example.com"), (Url{"http", "example.com", 80, "/"}));
  EXPECT_EQ(*parse_url("HTTPS://example.com?x=1#part"), (Url{"https", "example.com", 443, "/?x=1"}));
  EXPECT_EQ(*parse_url("http://[::1]:8080/a/b?c"), (Url{"http", "::1", 8080, "/a/b?c"}));
}

TEST(Url, NamesAUnixSocketAndItsTarget) {
  EXPECT_EQ(*parse_url("unix:/run/a.sock:/v1?x"), (Url{"unix", "/run/a.sock", 0, "/v1?x"}));
  EXPECT_EQ(*parse_url("unix:/run/a.sock"), (Url{"unix", "/run/a.sock", 0, "/"}));
}

TEST(Url, GivesTheHostHeader) {
  EXPECT_EQ(parse_url("http://a:80/")->authority(), "a");
  EXPECT_EQ(parse_url("http://a:81/")->authority(), "a:81");
  EXPECT_EQ(parse_url("https://[::1]:80/")->authority(), "[::1]:80");
  EXPECT_EQ(parse_url("unix:/x")->authority(), "localhost");
}

TEST(Url, RefusesWhatCannotBeAsked) {
  for (const char* text :
       {"", "example.com", "ftp://a/", "http://", "http://:80/", "http://a:0/", "http://a:65536/", "http://a:8x/",
        "http://u@a/", "http://a b/", "http://a/\n", "http://[::1/", "http://[a]/", "unix:"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().kind, Kind::invalid) << text;
  }
}

}  // namespace
}  // namespace trunkline::base
