#include "flags/definition/semantic_version.h"

#include <algorithm>
#include <limits>

namespace trunkline::flags {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_identifier_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

bool is_numeric(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}

// A decimal number without leading zeros at the front of `text`, which loses it; nothing beyond 64 bits. By hand, for
// this is most of what a comparison of versions costs.
std::optional<uint64_t> take_number(std::string_view& text) {
  uint64_t number = 0;
  size_t length = 0;
  for (; length < text.size() && is_digit(text[length]); ++length) {
    const auto digit = static_cast<uint64_t>(text[length] - '0');
    if (length >= 19 && number > (std::numeric_limits<uint64_t>::max() - digit) / 10) return std::nullopt;
    number = number * 10 + digit;
  }
  if (length == 0 || (length > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(length);
  return number;
}

// The identifier before the next dot, which goes too.
std::string_view take_identifier(std::string_view& text) {
  const size_t dot = text.find('.');
  const std::string_view identifier = text.substr(0, dot);
  text = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
  return identifier;
}

// Dot-separated identifiers, none of them empty; numbers have no leading zeros where `strict`.
bool are_identifiers(std::string_view text, bool strict) {
  if (text.empty() || text.back() == '.') return false;
  while (!text.empty()) {
    const std::string_view identifier = take_identifier(text);
    if (identifier.empty() || !std::all_of(identifier.begin(), identifier.end(), is_identifier_character)) return false;
    if (strict && identifier.size() > 1 && identifier[0] == '0' && is_numeric(identifier)) return false;
  }
  return true;
}

std::strong_ordering compare_identifiers(std::string_view a, std::string_view b) {
  const bool a_number = is_numeric(a), b_number = is_numeric(b);
  if (a_number != b_number) return a_number ? std::strong_ordering::less : std::strong_ordering::greater;
  // Without leading zeros the longer number is the greater one, whatever its length.
  if (a_number && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::strong_ordering compare_prereleases(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  while (!a.empty() && !b.empty()) {
    const auto order = compare_identifiers(take_identifier(a), take_identifier(b));
    if (order != 0) return order;
  }
  return !a.empty() <=> !b.empty();
}

}  // namespace

std::strong_ordering SemanticVersion::operator<=>(const SemanticVersion& other) const {
  if (major != other.major) return major <=> other.major;
  if (minor != other.minor) return minor <=> other.minor;
  if (patch != other.patch) return patch <=> other.patch;
  return compare_prereleases(prerelease, other.prerelease);
}

std::optional<SemanticVersion> parse_semantic_version(std::string_view text) {
  if (!text.empty() && (text[0] == 'v' || text[0] == 'V')) text.remove_prefix(1);
  SemanticVersion version;
  uint64_t* const parts[] = {&version.major, &version.minor, &version.patch};
  size_t count = 0;
  for (;;) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    *parts[count++] = *number;
    if (count == 3 || !text.starts_with('.')) break;
    text.remove_prefix(1);
  }
  if (text.empty()) return version;
  if (count < 3) return std::nullopt;
  if (const size_t plus = text.find('+'); plus != std::string_view::npos) {
    if (!are_identifiers(text.substr(plus + 1), false)) return std::nullopt;
    text = text.substr(0, plus);
    if (text.empty()) return version;
  }
  if (text[0] != '-' || !are_identifiers(text.substr(1), true)) return std::nullopt;
  version.prerelease = text.substr(1);
  return version;
}

std::optional<VersionOrder> parse_version_order(std::string_view text) {
  if (text == "=") return VersionOrder::equal;
  if (text == "!=") return VersionOrder::not_equal;
  if (text == "<") return VersionOrder::less;
  if (text == "<=") return VersionOrder::less_equal;
  if (text == ">") return VersionOrder::greater;
  if (text == ">=") return VersionOrder::greater_equal;
  if (text == "~") return VersionOrder::same_minor;
  if (text == "^") return VersionOrder::same_major;
  return std::nullopt;
}

bool holds(VersionOrder order, const SemanticVersion& version, const SemanticVersion& target) {
  switch (order) {
    case VersionOrder::equal:
      return version == target;
    case VersionOrder::not_equal:
      return version != target;
    case VersionOrder::less:
      return version < target;
    case VersionOrder::less_equal:
      return version <= target;
    case VersionOrder::greater:
      return version > target;
    case VersionOrder::greater_equal:
      return version >= target;
    case VersionOrder::same_minor:
      return version.major == target.major && version.minor == target.minor;
    case VersionOrder::same_major:
      return version.major == target.major;
  }
  return false;
}

}  // namespace trunkline::flags
