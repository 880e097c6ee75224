#include "deployer/statistics/shift.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "deployer/statistics/mann_whitney.h"
#include "deployer/statistics/normal.h"

namespace trunkline::deployer {
namespace {

// Doubles in their order as integers and back, so that 64 halvings find any of them exactly.
std::int64_t to_ordinal(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits >= 0 ? bits : std::numeric_limits<std::int64_t>::min() - bits;
}
double from_ordinal(std::int64_t ordinal) {
  return std::bit_cast<double>(ordinal >= 0 ? ordinal : std::numeric_limits<std::int64_t>::min() - ordinal);
}

// All differences x - y of two sorted samples, without writing them down.
class Differences {
 public:
  Differences(std::span<const double> x, std::span<const double> y) : x_(x.begin(), x.end()), y_(y.begin(), y.end()) {
    std::sort(x_.begin(), x_.end());
    std::sort(y_.begin(), y_.end());
  }

  std::int64_t size() const { return static_cast<std::int64_t>(x_.size()) * static_cast<std::int64_t>(y_.size()); }

  // The rank-th smallest, from 1 to size().
  double at_rank(std::int64_t rank) const {
    std::int64_t low = to_ordinal(x_.front() - y_.back()), high = to_ordinal(x_.back() - y_.front());
    while (low < high) {
      const std::int64_t middle = (low & high) + ((low ^ high) >> 1);  // rounds down, cannot overflow
      if (count_up_to(from_ordinal(middle)) >= rank) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return from_ordinal(low);
  }

  double median() const { return (at_rank((size() + 1) / 2) + at_rank(size() / 2 + 1)) / 2; }

 private:
  std::int64_t count_up_to(double limit) const {
    std::int64_t count = 0;
    size_t first = 0;  // the smallest y with x - y <= limit; it grows with x
    for (const double x : x_) {
      while (first < y_.size() && x - y_[first] > limit) ++first;
      count += static_cast<std::int64_t>(y_.size() - first);
    }
    return count;
  }

  std::vector<double> x_, y_;
};

// How many differences lie outside of the interval at each end; negative: even the outermost are inside.
std::int64_t left_out(const UDistribution& null, double tail) {
  if (null.exact.empty())
    return static_cast<std::int64_t>(std::floor(null.mean - 0.5 + normal_quantile(tail) * null.deviation));
  std::int64_t u = -1;
  for (double sum = 0; u + 1 < static_cast<std::int64_t>(null.exact.size()); ++u) {
    sum += null.exact[static_cast<size_t>(u + 1)];
    if (sum >= tail) break;
  }
  return u;
}

}  // namespace

Shift shift_between(std::span<const double> x, std::span<const double> y, double confidence) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Differences differences(x, y);
  const std::int64_t out = left_out(u_distribution(x, y), (1 - confidence) / 2);
  Shift shift{differences.median(), -kInfinity, kInfinity};
  if (out >= 0) {
    shift.low = differences.at_rank(out + 1);
    shift.high = differences.at_rank(differences.size() - out);
  }
  return shift;
}

}  // namespace trunkline::deployer
