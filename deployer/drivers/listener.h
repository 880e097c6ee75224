#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/core/process.h"

// The TCP sockets of this machine that accept connections, and the processes that hold them, as the kernel lists them
// in /proc. Nothing is cached: each call reads /proc anew. Functions are thread-safe.
namespace trunkline::deployer {

// A row of /proc/net/tcp or tcp6 in the state LISTEN.
struct Listener {
  std::string host;  // a number; 0.0.0.0 and :: accept at every address
  std::string port;
  uint64_t inode = 0;  // of the socket

  bool operator==(const Listener&) const = default;
};

// Reads the text of /proc/net/tcp or tcp6; other states and broken rows are left out.
std::vector<Listener> parse_listeners(std::string_view table);

// Whether HOST, a name or a number, IPv6 in brackets, is an address of this machine, at which a local process could
// listen.
bool is_local(const std::string& host);

// Who accepts connections at an address "HOST:PORT", seen from one process and its descendants.
enum class Holder {
  nobody,
  own,      // the process or a descendant of it
  other,    // somebody else
  unknown,  // the descendants run as another user, whose sockets cannot be looked at
};
Holder holder_of(const std::string& address, const base::ProcessIdentity& process);

// Names the process that accepts connections at an address: "pid 812 (python3 -m http.server 8080)", or "another user's
// process" where it cannot be told; nothing where nobody does.
std::optional<std::string> who_listens(const std::string& address);

}  // namespace trunkline::deployer
