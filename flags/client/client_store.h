#pragma once

#include <memory>

#include "flags/client/status.h"
#include "flags/evaluation/current.h"

namespace trunkline::flags {

// The flags that a client reads and its status. Any thread may read; one thread at a time writes. Private to client/.
class ClientStore {
 public:
  // As Current::get.
  const std::shared_ptr<const FlagSet>& flags() const noexcept { return flags_.get(); }
  Status& status() { return status_; }
  const Status& status() const { return status_; }

  // Flags of an earlier run: they are used, but nobody knows whether they are still true.
  void publish_stale(FlagSet set);
  // The flags as they are now. Handlers are told when readers see them.
  void publish(FlagSet set);

 private:
  Current<FlagSet> flags_;
  Status status_;
};

}  // namespace trunkline::flags
