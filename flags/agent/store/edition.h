#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "flags/agent/store/selection.h"
#include "flags/agent/store/view.h"

namespace trunkline::flags {

// All flags that are served at one time. Never changes; thread-safe.
class Edition {
 public:
  // `metrics` outlives this.
  Edition(std::shared_ptr<const Snapshot> snapshot, base::Metrics& metrics);

  const std::shared_ptr<const View>& whole() const { return whole_; }

  // The selected flag sets alone; made when it is asked for first and then kept. Ids that no flag has make no
  // difference, so that not more are kept than there are combinations of flag sets that somebody may see.
  std::shared_ptr<const View> view(const Selection& selection) const;

 private:
  base::Metrics& metrics_;
  std::shared_ptr<const View> whole_;
  std::vector<std::string> ids_;  // of all flag sets, "" included where a flag has none; sorted
  mutable std::mutex mutex_;
  mutable std::map<std::vector<std::string>, std::shared_ptr<const View>> views_;
};

}  // namespace trunkline::flags
