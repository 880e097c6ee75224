#include "deployer/dial/door_memory.h"

#include <algorithm>

namespace trunkline::deployer {

std::string path_of(const Server& server) {
  return server.backend + "/" + server.name;
}

std::string_view to_string(Door door) {
  return door == Door::ready ? "ready" : door == Door::drain ? "drain" : "maint";
}

void DoorMemory::remember(const Server& server, Door door) {
  const std::lock_guard lock(mutex_);
  left_.insert_or_assign(path_of(server), Left{server, door});
}

std::optional<DoorMemory::Left> DoorMemory::left(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = left_.find(path);
  return found == left_.end() ? std::nullopt : std::optional(found->second);
}

bool DoorMemory::missed(const std::string& endpoint, const Server& server) {
  const std::lock_guard lock(mutex_);
  auto& missed = missed_[endpoint];
  const bool first = missed.empty();
  missed.insert(path_of(server));
  return first;
}

void DoorMemory::took(const std::string& endpoint, const Server& server) {
  const std::lock_guard lock(mutex_);
  missed_[endpoint].erase(path_of(server));
}

bool DoorMemory::met(const std::string& endpoint, const HaproxyProcess& process) {
  const std::lock_guard lock(mutex_);
  const auto [known, is_first] = processes_.try_emplace(endpoint, process);
  if (is_first || known->second == process) return false;
  known->second = process;
  for (const auto& [path, left] : left_) missed_[endpoint].insert(path);
  return true;
}

bool DoorMemory::has_met(const std::string& endpoint) const {
  const std::lock_guard lock(mutex_);
  return processes_.contains(endpoint);
}

std::vector<DoorMemory::Left> DoorMemory::missed_at(const std::string& endpoint) const {
  const std::lock_guard lock(mutex_);
  std::vector<Left> all;
  const auto missed = missed_.find(endpoint);
  if (missed == missed_.end()) return all;
  for (const std::string& path : missed->second) {
    if (const auto left = left_.find(path); left != left_.end()) all.push_back(left->second);
  }
  return all;
}

Endpoints DoorMemory::behind() const {
  const std::lock_guard lock(mutex_);
  Endpoints all;
  for (const auto& [endpoint, missed] : missed_) {
    const bool may_be_shut = std::any_of(missed.begin(), missed.end(), [this](const std::string& path) {
      const auto left = left_.find(path);
      return left != left_.end() && left->second.door == Door::ready;
    });
    if (may_be_shut) all.insert(endpoint);
  }
  return all;
}

}  // namespace trunkline::deployer
