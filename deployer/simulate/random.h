#pragma once

#include <cstdint>

namespace trunkline::deployer {

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed on every machine and standard library.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  // from..to, both included
  int between(int from, int to) { return from + static_cast<int>(next() % static_cast<uint64_t>(to - from + 1)); }
  bool chance(int percent) { return between(1, 100) <= percent; }

 private:
  uint64_t state_;
};

}  // namespace trunkline::deployer
