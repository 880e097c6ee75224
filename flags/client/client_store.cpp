#include "flags/client/client_store.h"

#include <utility>

#include "flags/client/changes.h"

namespace trunkline::flags {

void ClientStore::publish_stale(FlagSet set) {
  flags_.publish(std::make_shared<const FlagSet>(std::move(set)));
  status_.change(ClientState::stale, "the agent has not answered yet, the flags are from disk");
}

void ClientStore::publish(FlagSet set) {
  const auto before = flags_.get();
  const auto next = std::make_shared<const FlagSet>(std::move(set));
  flags_.publish(next);
  status_.change(ClientState::ready, "", before ? changed_keys(*before, *next) : std::vector<std::string>{});
}

}  // namespace trunkline::flags
