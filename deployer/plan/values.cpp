#include "deployer/plan/values.h"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

Result<std::string> parse_id(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (text.size() > 64 || text.find_first_not_of(kAllowed) != std::string_view::npos || text.starts_with(".")) {
    return fail(Kind::invalid, fmt::format("expected a name of letters, digits, - _ and ., got \"{}\"", text));
  }
  return std::string(text);
}

Result<Address> parse_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  int port = 0;
  if (colon != std::string_view::npos) {
    const auto [end, code] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
    if (code != std::errc{} || end != text.data() + text.size()) port = 0;
  }
  if (colon == 0 || port < 1 || port > 65535) {
    return fail(Kind::invalid, fmt::format("expected an address such as 127.0.0.1:9001, got \"{}\"", text));
  }
  return Address{std::string(text.substr(0, colon)), port};
}

Result<int> parse_share(std::string_view text) {
  const std::string_view digits = text.ends_with('%') ? text.substr(0, text.size() - 1) : text;
  double percent = -1;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), percent);
  const double share = percent * 100;
  const bool whole = code == std::errc{} && end == digits.data() + digits.size() && share >= 0 && share <= 10'000 &&
                     std::abs(share - std::round(share)) < 1e-6;
  if (!whole) {
    return fail(Kind::invalid,
                fmt::format("expected a share of users from 0 to 100 in steps of 0.01, got \"{}\"", text));
  }
  return static_cast<int>(std::round(share));
}

bool take(std::string_view& text, std::string_view token) {
  text = base::trim(text);
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  text = base::trim(text);
  return true;
}

std::string beside(std::string_view file, const std::string& path) {
  return (std::filesystem::absolute(file).parent_path() / path).lexically_normal().string();
}

}  // namespace trunkline::deployer
