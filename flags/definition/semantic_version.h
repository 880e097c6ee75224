#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace trunkline::flags {

// A version after Semantic Versioning 2.0.0, as flagd's sem_ver reads it. Borrows from the text it was read from.
struct SemanticVersion {
  uint64_t major = 0;
  uint64_t minor = 0;
  uint64_t patch = 0;
  std::string_view prerelease;  // without its dash; build metadata is left out, for it never counts

  // SemVer 2.0.0, chapter 11: a prerelease comes before its release; numbers before words.
  std::strong_ordering operator<=>(const SemanticVersion& other) const;
  bool operator==(const SemanticVersion& other) const { return (*this <=> other) == 0; }
};

// One leading v or V is stripped, and "1" and "1.2" are filled up with zeros. Nothing for anything else that is
// malformed: leading zeros, empty identifiers, spaces, numbers beyond 64 bits.
std::optional<SemanticVersion> parse_semantic_version(std::string_view text);

enum class VersionOrder { equal, not_equal, less, less_equal, greater, greater_equal, same_minor, same_major };

// = != < <= > >= ~ ^
std::optional<VersionOrder> parse_version_order(std::string_view text);

// ~ asks for the same major and minor, ^ for the same major; neither has a lower bound (flagd).
bool holds(VersionOrder order, const SemanticVersion& version, const SemanticVersion& target);

}  // namespace trunkline::flags
