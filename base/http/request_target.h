#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trunkline::base {

// The target of a request line.
struct RequestTarget {
  std::string path;                      // with the query; "*" for the server as a whole
  std::optional<std::string> authority;  // named by the absolute form: it counts instead of the Host field
};

// Reads the origin form, the absolute form of http and https, and "*" of OPTIONS (RFC 9112, 3.2). nullopt for
// everything else.
std::optional<RequestTarget> parse_request_target(std::string_view method, std::string_view text);

}  // namespace trunkline::base
