#pragma once

#include <array>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/core/clock.h"

namespace trunkline::shortener {

// The URLs asked for lately, by code. An entry is believed for one second, so that what another instance changed is
// seen soon; when the bytes are used up, what was not asked for longest goes. Thread-safe.
class LinkCache {
 public:
  explicit LinkCache(size_t max_bytes);

  std::optional<std::string> find(std::string_view code, base::SteadyTime now);
  void put(std::string_view code, std::string_view url, base::SteadyTime now);

 private:
  struct Entry {
    std::string code;
    std::string url;
    base::SteadyTime read_at;
  };
  struct Shard {
    std::mutex mutex;
    std::list<Entry> entries;  // the latest first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_code;
    size_t bytes = 0;
  };

  Shard& shard_of(std::string_view code);
  static void erase(Shard& shard, std::list<Entry>::iterator entry);

  static constexpr size_t kShards = 16;
  const size_t max_shard_bytes_;
  std::array<Shard, kShards> shards_;
};

}  // namespace trunkline::shortener
