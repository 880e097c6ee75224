#pragma once

#include <atomic>
#include <memory>

namespace trunkline::base {

// A value that is made when it is asked for first and then held. Thread-safe without a lock: where several ask first
// at once, each makes one and all get the same. What it gives lives as long as this object.
template <typename T>
class Lazy {
 public:
  Lazy() = default;
  Lazy(const Lazy&) = delete;
  Lazy& operator=(const Lazy&) = delete;
  ~Lazy() { delete value_.load(std::memory_order_relaxed); }

  // `make` gives a unique_ptr<T>.
  template <typename Make>
  T& get(Make&& make) {
    if (T* known = value_.load(std::memory_order_acquire)) return *known;
    std::unique_ptr<T> made = make();
    T* expected = nullptr;
    if (value_.compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel)) return *made.release();
    return *expected;
  }

 private:
  std::atomic<T*> value_{nullptr};
};

}  // namespace trunkline::base
