#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace trunkline::flags {

// The one value that writers replace and many threads read. Readers take no lock as long as nothing changed: each
// thread keeps its own shared_ptr and compares one number. (GCC 12's atomic<shared_ptr> is not lock-free.)
template <typename T>
class Current {
 public:
  // Thread-safe.
  void publish(std::shared_ptr<const T> next) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(next);
    generation_.fetch_add(1, std::memory_order_release);
  }

  // Null before the first publish. Thread-safe; the reference holds until this thread asks again, copy it to keep it.
  const std::shared_ptr<const T>& get() const noexcept {
    Seen& seen = seen_here();
    const uint64_t generation = generation_.load(std::memory_order_acquire);
    if (seen.generation != generation) {
      const std::lock_guard lock(mutex_);
      seen.value = value_;
      seen.generation = generation_.load(std::memory_order_relaxed);
    }
    return seen.value;
  }

 private:
  struct Seen {
    std::weak_ptr<const int> owner;
    const Current* address = nullptr;
    uint64_t generation = 0;
    std::shared_ptr<const T> value;
  };

  Seen& seen_here() const {
    thread_local std::vector<Seen> all;
    for (Seen& seen : all) {
      if (seen.address == this && !seen.owner.expired()) return seen;
    }
    // An object that is gone may have stood at this address; what was kept for the dead is let go.
    std::erase_if(all, [](const Seen& seen) { return seen.owner.expired(); });
    return all.emplace_back(Seen{alive_, this, 0, nullptr});
  }

  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
  std::atomic<uint64_t> generation_{0};
  std::shared_ptr<const int> alive_ = std::make_shared<const int>(0);
};

}  // namespace trunkline::flags
