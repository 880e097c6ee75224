#include "flags/agent/access/caller_shares.h"

namespace trunkline::flags {

std::string caller_key(const Caller& caller, const base::Request& request) {
  return caller.name + '@' + request.peer;
}

bool CallerShares::take(const std::string& caller) {
  const auto place = taken_.try_emplace(caller, 0).first;
  if (place->second >= most_) return false;
  ++place->second;
  return true;
}

void CallerShares::release(const std::string& caller) {
  const auto place = taken_.find(caller);
  if (place != taken_.end() && --place->second == 0) taken_.erase(place);
}

}  // namespace trunkline::flags
