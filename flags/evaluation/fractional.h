#pragma once

#include <cstdint>
#include <string_view>

namespace trunkline::flags {

// MurmurHash3 x86_32 with seed 0 over the bytes of first + second.
uint32_t bucketing_hash(std::string_view first, std::string_view second = {});

// Which of `total` places the hash falls into, 0 .. total-1: (hash * total) >> 32 in 64 bits, as flagd does.
// (Published pages still show an older formula with per cents.)
int64_t bucket_of_hash(uint32_t hash, int64_t total);

}  // namespace trunkline::flags
