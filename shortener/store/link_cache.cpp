#include "shortener/store/link_cache.h"

#include <functional>

namespace trunkline::shortener {
namespace {

constexpr base::Millis kBelieved{1000};
constexpr size_t kOverhead = 200;  // of a list node, a map node and two strings, about

size_t size_of(std::string_view code, std::string_view url) {
  return code.size() + url.size() + kOverhead;
}

}  // namespace

LinkCache::LinkCache(size_t max_bytes) : max_shard_bytes_(max_bytes / kShards) {}

LinkCache::Shard& LinkCache::shard_of(std::string_view code) {
  return shards_[std::hash<std::string_view>()(code) % kShards];
}

void LinkCache::erase(Shard& shard, std::list<Entry>::iterator entry) {
  shard.bytes -= size_of(entry->code, entry->url);
  shard.by_code.erase(entry->code);
  shard.entries.erase(entry);
}

std::optional<std::string> LinkCache::find(std::string_view code, base::SteadyTime now) {
  Shard& shard = shard_of(code);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_code.find(code);
  if (found == shard.by_code.end()) return std::nullopt;
  if (now - found->second->read_at > kBelieved) {
    erase(shard, found->second);
    return std::nullopt;
  }
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  return found->second->url;
}

void LinkCache::put(std::string_view code, std::string_view url, base::SteadyTime now) {
  const size_t size = size_of(code, url);
  if (size > max_shard_bytes_) return;
  Shard& shard = shard_of(code);
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.by_code.find(code); found != shard.by_code.end()) erase(shard, found->second);
  while (shard.bytes + size > max_shard_bytes_) erase(shard, std::prev(shard.entries.end()));
  shard.entries.push_front({std::string(code), std::string(url), now});
  shard.by_code.emplace(shard.entries.front().code, shard.entries.begin());
  shard.bytes += size;
}

}  // namespace trunkline::shortener
