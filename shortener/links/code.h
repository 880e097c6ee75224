#pragma once

#include <cstdint>
#include <string>

namespace trunkline::shortener {

enum class CodeGenerator { random, sequential };

// Seven base62 characters (3.5e12 codes) from a random number; unguessable if the number is.
std::string random_code(std::uint64_t random);

// The number in base62, without leading zeros: 0 -> "0", 61 -> "z", 62 -> "10".
std::string sequential_code(std::uint64_t number);

}  // namespace trunkline::shortener
