#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/core/json.h"

namespace trunkline::load {

// One answered or failed request.
struct Sample {
  std::chrono::nanoseconds latency{0};  // from the intended send time
  int status = 0;                       // 0: no answer
  bool met_fault = false;               // the answer carries X-Fault
  bool retried = false;                 // a kept connection was dead, a fresh one was used
  std::string failure = {};             // "" if the answer was right
};

// Sums of samples. Latencies are counted in buckets that are at most 1.6 % wide. Not thread-safe.
class Statistics {
 public:
  void add(const Sample& sample, std::chrono::nanoseconds slow_over);
  void merge(const Statistics& other);

  // {"requests","failed","slow","met_fault","retried","statuses","mean_ms","p50_ms","p90_ms","p99_ms","max_ms",
  // "failures"}
  base::Json report() const;

 private:
  static constexpr size_t kBuckets = 64 * 40;
  static constexpr size_t kFailuresKept = 5;
  double quantile_ms(double quantile) const;

  std::uint64_t requests_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t slow_ = 0;
  std::uint64_t met_fault_ = 0;
  std::uint64_t retried_ = 0;
  std::map<int, std::uint64_t> statuses_;
  std::vector<std::string> failures_;  // the first
  double sum_ms_ = 0;
  double max_ms_ = 0;
  std::array<std::uint64_t, kBuckets> buckets_{};
};

}  // namespace trunkline::load
