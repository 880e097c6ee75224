#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "flags/agent/store/edition.h"
#include "flags/agent/store/override.h"
#include "flags/evaluation/current.h"

namespace trunkline::flags {

// Where the sources' flags and the overrides become what is served: merged in the order of the sources, the later
// wins. Thread-safe; readers take no lock.
class FlagStore {
 public:
  using Listener = std::function<void(const std::shared_ptr<const Edition>&)>;

  // `metrics` outlives this.
  FlagStore(size_t sources, base::Metrics& metrics);

  // Called in order for each new edition, by the thread that made it; it must not change the store. Before anything
  // is taken.
  void listen(Listener listener) { listeners_.push_back(std::move(listener)); }

  // What a source gave.
  void take(size_t source, std::shared_ptr<const Snapshot> snapshot);
  // That it was asked and gave nothing: it is waited for no longer. Until each source was asked nothing is served, for
  // half of the flags would be taken for all.
  void miss(size_t source);

  // In force from now on; what applies to no flag is kept for the time when it does.
  void set_overrides(std::vector<Override> overrides);

  // Why the sources and overrides cannot be made one set, if they cannot: what was served before still is.
  std::optional<base::Error> problem() const;

  // Null before the first; the reference holds until this thread asks again.
  const std::shared_ptr<const Edition>& edition() const { return current_.get(); }

  // Kind::not_found and Kind::conflict as check_override (override.h), Kind::conflict also where the flag would be
  // broken all the same; Kind::unavailable while there are no flags.
  base::Result<> check(const Override& wanted) const;

 private:
  struct Input {
    std::shared_ptr<const Snapshot> snapshot;
    bool asked = false;
  };
  void rebuild();
  // Null if no source has flags.
  base::Result<std::shared_ptr<const Snapshot>> build(const std::vector<Override>& overrides) const;

  base::Metrics& metrics_;
  base::Gauge flags_;
  base::Gauge problems_;
  std::vector<Listener> listeners_;
  mutable std::mutex mutex_;
  std::vector<Input> inputs_;
  std::vector<Override> overrides_;
  std::optional<base::Error> problem_;
  Current<Edition> current_;
};

}  // namespace trunkline::flags
