#include "shortener/links/rules.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/http/url.h"

namespace trunkline::shortener {
namespace {

constexpr size_t kMaxUrl = 2048;
constexpr size_t kMaxCode = 64;
constexpr std::array<std::string_view, 14> kReserved = {"api",    "admin",  "assets", "health",  "healthz",
                                                        "livez",  "login",  "logout", "metrics", "qr",
                                                        "readyz", "robots", "static", "version"};

bool is_code_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

}  // namespace

base::Result<> check_url(std::string_view url) {
  const auto refuse = [](std::string why) { return base::fail(base::Kind::invalid, std::move(why)); };
  if (url.size() > kMaxUrl) return refuse(fmt::format("url: {} bytes, at most {} are allowed", url.size(), kMaxUrl));
  const auto is_bad = [](char c) { return c <= ' ' || c > '~'; };
  if (std::any_of(url.begin(), url.end(), is_bad)) {
    return refuse("url: spaces, control characters and what is not ASCII must be percent-encoded");
  }
  const auto parsed = base::parse_url(url);
  if (!parsed || parsed->scheme == "unix") return refuse("url: expected http:// or https:// and a host");
  return {};
}

base::Result<> check_alias(std::string_view alias) {
  if (!is_code(alias)) {
    return base::fail(base::Kind::invalid, fmt::format("alias: expected 1 to {} of A-Z a-z 0-9 _ -", kMaxCode));
  }
  if (is_reserved(alias)) {
    return base::fail(base::Kind::invalid, fmt::format("alias: \"{}\" is a word of the service itself", alias));
  }
  return {};
}

bool is_reserved(std::string_view code) {
  return std::find(kReserved.begin(), kReserved.end(), code) != kReserved.end();
}

bool is_code(std::string_view code) {
  return !code.empty() && code.size() <= kMaxCode && std::all_of(code.begin(), code.end(), is_code_character);
}

}  // namespace trunkline::shortener
