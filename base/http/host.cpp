#include "base/http/host.h"

#include <algorithm>
#include <arpa/inet.h>
#include <string>

#include "base/core/text.h"

namespace trunkline::base {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// unreserved and sub-delims of RFC 3986.
bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-._~!$&'()*+,;=").find(c) != std::string_view::npos;
}

bool is_registered_name(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_name_character(text[i])) continue;
    if (text[i] != '%' || i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    i += 2;
  }
  return true;
}

template <int Family, typename Address>
bool is_address(std::string_view text) {
  Address address;
  return inet_pton(Family, std::string(text).c_str(), &address) == 1;
}

bool is_bracketed_address(std::string_view text) {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         is_address<AF_INET6, in6_addr>(text.substr(1, text.size() - 2));
}

}  // namespace

std::string_view host_name(std::string_view text) {
  const size_t bracket = text.rfind(']');
  const size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return text.substr(0, colon);
}

bool is_host(std::string_view text) {
  const std::string_view name = host_name(text);
  const std::string_view port = text.substr(std::min(text.size(), name.size() + 1));
  if (!std::all_of(port.begin(), port.end(), is_digit)) return false;
  return name.starts_with('[') ? is_bracketed_address(name) : is_registered_name(name);
}

bool is_local_name_or_address(std::string_view name) {
  return equal_ignoring_case(name, "localhost") || is_address<AF_INET, in_addr>(name) || is_bracketed_address(name);
}

}  // namespace trunkline::base
