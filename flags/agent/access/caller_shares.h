#pragma once

#include <string>
#include <unordered_map>

#include "base/http/message.h"
#include "flags/agent/access/access.h"

namespace trunkline::flags {

// Who asks, to bounds that hold for each caller: the name of the token and the address. Programs behind one proxy, or
// on one unix socket, share an address.
std::string caller_key(const Caller& caller, const base::Request& request);

// Counts what each caller keeps open, so that no one of them takes all that there is. Not thread-safe.
class CallerShares {
 public:
  explicit CallerShares(size_t most) : most_(most) {}

  // Takes one more; false if the caller has `most` already.
  bool take(const std::string& caller);
  // Gives one back.
  void release(const std::string& caller);

 private:
  const size_t most_;
  std::unordered_map<std::string, size_t> taken_;
};

}  // namespace trunkline::flags
