#include "tests/load/statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace trunkline::load {
namespace {

// Microseconds below 64 have a bucket each, then every power of two has 64.
size_t bucket_of(std::uint64_t micros) {
  if (micros < 64) return micros;
  const auto shift = static_cast<size_t>(std::bit_width(micros)) - 7;
  return 64 * (shift + 1) + ((micros >> shift) & 63);
}

double middle_ms(size_t bucket) {
  if (bucket < 64) return static_cast<double>(bucket) / 1000;
  const size_t shift = bucket / 64 - 1;
  const double low = static_cast<double>((64 + bucket % 64) << shift);
  return (low + static_cast<double>(std::uint64_t{1} << shift) / 2) / 1000;
}

double rounded(double ms) {
  return std::round(ms * 1000) / 1000;
}

}  // namespace

void Statistics::add(const Sample& sample, std::chrono::nanoseconds slow_over) {
  const double ms = std::chrono::duration<double, std::milli>(sample.latency).count();
  ++requests_;
  if (sample.latency > slow_over) ++slow_;
  if (sample.met_fault) ++met_fault_;
  if (sample.retried) ++retried_;
  if (sample.status > 0) ++statuses_[sample.status];
  if (!sample.failure.empty()) {
    ++failed_;
    if (failures_.size() < kFailuresKept) failures_.push_back(sample.failure);
  }
  sum_ms_ += ms;
  max_ms_ = std::max(max_ms_, ms);
  const auto micros = static_cast<std::uint64_t>(std::max(0.0, ms * 1000));
  ++buckets_[std::min(bucket_of(micros), kBuckets - 1)];
}

void Statistics::merge(const Statistics& other) {
  requests_ += other.requests_;
  failed_ += other.failed_;
  slow_ += other.slow_;
  met_fault_ += other.met_fault_;
  retried_ += other.retried_;
  for (const auto& [status, count] : other.statuses_) statuses_[status] += count;
  for (const std::string& failure : other.failures_) {
    if (failures_.size() < kFailuresKept) failures_.push_back(failure);
  }
  sum_ms_ += other.sum_ms_;
  max_ms_ = std::max(max_ms_, other.max_ms_);
  for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
}

double Statistics::quantile_ms(double quantile) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(requests_)));
  std::uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank && seen > 0) return std::min(middle_ms(i), max_ms_);
  }
  return 0;
}

base::Json Statistics::report() const {
  base::JsonObject statuses;
  for (const auto& [status, count] : statuses_) statuses[std::to_string(status)] = count;
  base::JsonArray failures;
  for (const std::string& failure : failures_) failures.emplace_back(failure);
  return base::JsonObject{
      {"requests", requests_},
      {"failed", failed_},
      {"slow", slow_},
      {"met_fault", met_fault_},
      {"retried", retried_},
      {"statuses", statuses},
      {"mean_ms", rounded(requests_ == 0 ? 0 : sum_ms_ / static_cast<double>(requests_))},
      {"p50_ms", rounded(quantile_ms(0.5))},
      {"p90_ms", rounded(quantile_ms(0.9))},
      {"p99_ms", rounded(quantile_ms(0.99))},
      {"max_ms", rounded(max_ms_)},
      {"failures", failures},
  };
}

}  // namespace trunkline::load
