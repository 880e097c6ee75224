#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace trunkline::base {

// Where a request goes. Three forms: http://HOST[:PORT][/TARGET], https://..., and unix:/PATH/TO.sock:/TARGET.
struct Url {
  std::string scheme;        // "http", "https" or "unix", in lower case
  std::string host;          // without the brackets of an IPv6 address; for unix the path of the socket
  std::uint16_t port = 0;    // 80 and 443 by default; 0 for unix
  std::string target = "/";  // path and query; never empty, without the fragment

  // "HOST[:PORT]" as a Host header wants it: brackets back on, the default port left out; "localhost" for unix.
  std::string authority() const;

  bool operator==(const Url&) const = default;
};

// Kind::invalid for another scheme, an empty host, user information, a bad port, spaces or control characters.
Result<Url> parse_url(std::string_view text);

}  // namespace trunkline::base
