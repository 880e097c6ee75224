#pragma once

#include <string_view>

namespace trunkline::base {

// Returns whether `text` can be the value of a Host field: uri-host [":" port] (RFC 9110, 7.2), where a host is a name,
// an IPv4 address or an IPv6 address in brackets. The empty host is one.
bool is_host(std::string_view text);

// Returns the host of a valid Host value without its port: "example.org", "[::1]".
std::string_view host_name(std::string_view text);

// Returns whether a host without its port is "localhost" or an IP address: one that no name server has a say in.
bool is_local_name_or_address(std::string_view name);

}  // namespace trunkline::base
