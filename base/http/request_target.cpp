#include "base/http/request_target.h"

#include <algorithm>

#include "base/core/text.h"
#include "base/http/host.h"

namespace trunkline::base {
namespace {

std::optional<std::string_view> without_scheme(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equal_ignoring_case(text.substr(0, scheme.size()), scheme)) return text.substr(scheme.size());
  }
  return std::nullopt;
}

}  // namespace

std::optional<RequestTarget> parse_request_target(std::string_view method, std::string_view text) {
  if (text.find('#') != std::string_view::npos) return std::nullopt;
  if (text.starts_with('/')) return RequestTarget{std::string(text), std::nullopt};
  if (text == "*" && method == "OPTIONS") return RequestTarget{"*", std::nullopt};
  const auto rest = without_scheme(text);
  if (!rest) return std::nullopt;
  const size_t end = std::min(rest->size(), rest->find_first_of("/?"));
  const std::string_view authority = rest->substr(0, end);
  if (host_name(authority).empty() || !is_host(authority)) return std::nullopt;
  std::string path(rest->substr(end));
  if (path.empty() && method == "OPTIONS") {
    path = "*";
  } else if (!path.starts_with('/')) {
    path.insert(0, "/");
  }
  return RequestTarget{std::move(path), std::string(authority)};
}

}  // namespace trunkline::base
