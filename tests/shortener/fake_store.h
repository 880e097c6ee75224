#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "shortener/store/link_store.h"

namespace trunkline::shortener {

// Links in memory. `failure`, when set, is what every call answers.
class FakeStore final : public LinkStore {
 public:
  base::Result<Link> find(std::string_view code) override {
    const std::lock_guard lock(mutex);
    ++finds;
    if (failure) return base::fail(*failure);
    const auto found = links.find(std::string(code));
    if (found == links.end()) return base::fail(base::Kind::not_found, "no such link");
    return found->second;
  }
  base::Result<> add(const Link& link, const KeepWaiting& keep_waiting) override {
    while (locked) {
      if (!keep_waiting()) return base::fail(base::Kind::unavailable, "locked");
      std::this_thread::yield();
    }
    const std::lock_guard lock(mutex);
    if (failure) return base::fail(*failure);
    if (!links.emplace(link.code, link).second) return base::fail(base::Kind::conflict, "taken");
    return {};
  }
  base::Result<std::uint64_t> next_number(const KeepWaiting&) override { return ++number; }
  base::Result<> check() override { return {}; }
  base::Result<std::unique_ptr<BulkWriter>> bulk_writer() override {
    return base::fail(base::Kind::internal, "not in this fake");
  }

  std::mutex mutex;
  std::map<std::string, Link> links;
  std::optional<base::Error> failure;
  std::atomic<bool> locked = false;  // as if by another process: add() waits
  int finds = 0;
  std::uint64_t number = 0;
};

}  // namespace trunkline::shortener
