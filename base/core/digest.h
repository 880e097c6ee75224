#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace trunkline::base {

// SHA-256 as "sha256:<64 hex digits>", the one form in which the project writes a digest.
std::string sha256(std::string_view text);
Result<std::string> sha256_of_file(const std::filesystem::path& path);

// HMAC-SHA-256 (RFC 2104) as 64 hex digits.
std::string hmac_sha256(std::string_view key, std::string_view text);

// True if both are equal; takes the same time wherever they differ. For tokens.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace trunkline::base
