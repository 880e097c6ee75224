#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/core/metrics.h"
#include "flags/agent/store/flag_store.h"

namespace trunkline::flags {

// The overrides in force: kept on disk (docs/formats/agent-overrides.md), so that they survive a restart, and ended
// when their time has come. flag_override_active{flag,variant} is 1 as long as one is in force. Thread-safe.
class OverrideBoard {
 public:
  static constexpr base::Millis kLongest = std::chrono::hours{24 * 7};
  static constexpr size_t kMost = 1000;

  // `folder` is empty where nothing is kept. The others outlive this.
  OverrideBoard(std::filesystem::path folder, FlagStore& store, const base::Clock& clock, base::Metrics& metrics);

  // Takes what is on disk; a file that cannot be read is logged and left alone until the next change.
  void load();

  // Kind::usage for a length of time that is not positive or above kLongest, Kind::conflict where kMost are in force or
  // as FlagStore::check, Kind::io if it cannot be kept (then it is not in force either).
  base::Result<> put(Override wanted);
  // The one that was in force; Kind::not_found if there is none. Works also where it cannot be kept.
  base::Result<Override> remove(const std::string& key);

  std::vector<Override> list() const;
  bool is_kept() const { return !folder_.empty(); }

  // Ends what is over; called now and then.
  void tick();

 private:
  using ByKey = std::map<std::string, Override>;
  base::Result<> save(const ByKey& overrides) const;
  void save_if_possible(const ByKey& overrides) const;
  void put_in_force(ByKey overrides);

  std::filesystem::path folder_;
  FlagStore& store_;
  const base::Clock& clock_;
  base::Metrics& metrics_;
  mutable std::mutex mutex_;
  ByKey overrides_;
};

}  // namespace trunkline::flags
