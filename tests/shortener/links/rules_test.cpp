#include "shortener/links/rules.h"

#include <gtest/gtest.h>

namespace trunkline::shortener {
namespace {

TEST(Url, MayBeAnyWebAddress) {
  for (const char* url : {"http://a", "https://example.org/a/b?c=d&e#f", "HTTPS://EXAMPLE.ORG:8443/%C3%BC",
                          "http://[::1]:80/", "https://xn--bcher-kva.example/\"quoted\",'x'"}) {
    EXPECT_TRUE(check_url(url)) << url;
  }
  EXPECT_TRUE(check_url("http://a/" + std::string(2039, 'x')));
}

TEST(Url, IsRefusedWithAReason) {
  for (const char* url :
       {"", "example.org", "ftp://a/", "javascript:alert(1)", "unix:/run/a.sock", "http://", "http:///x", "http://a b/",
        "http://a/\r\nSet-Cookie: x", "http://user:pw@a/", "http://a:99999/", "http://bücher.example/", "//a/"}) {
    const auto result = check_url(url);
    ASSERT_FALSE(result) << url;
    EXPECT_EQ(result.error().kind, base::Kind::invalid);
  }
  EXPECT_FALSE(check_url("http://a/" + std::string(2040, 'x')));
}

TEST(Alias, IsAShortPlainWord) {
  for (const char* alias : {"a", "My-Link_9", "Api"}) EXPECT_TRUE(check_alias(alias)) << alias;
  EXPECT_TRUE(check_alias(std::string(64, 'a')));
  for (const char* alias : {"", "a b", "a/b", "ü", "a.b", "api", "healthz", "metrics", "version"}) {
    EXPECT_FALSE(check_alias(alias)) << alias;
  }
  EXPECT_FALSE(check_alias(std::string(65, 'a')));
}

}  // namespace
}  // namespace trunkline::shortener
