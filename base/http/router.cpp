#include "base/http/router.h"

#include <algorithm>

#include "base/core/text.h"

namespace trunkline::base {
namespace {

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::vector<std::string> segments_of(std::string_view pattern) {
  std::vector<std::string> segments;
  for (const std::string_view part : split(pattern.substr(std::min<size_t>(1, pattern.size())), '/')) {
    segments.emplace_back(part);
  }
  return segments;
}

// The pattern that has a literal where the other has a parameter goes first.
bool is_more_specific(const Route& a, const Route& b) {
  for (size_t i = 0; i < std::min(a.segments.size(), b.segments.size()); ++i) {
    if (is_parameter(a.segments[i]) != is_parameter(b.segments[i])) return is_parameter(b.segments[i]);
  }
  return false;
}

// Walks path and pattern side by side, without allocating while the literals are compared.
bool matches(const Route& route, std::string_view path, PathParameters& parameters) {
  parameters = {};
  for (const std::string& segment : route.segments) {
    if (path.empty() || path.front() != '/') return false;
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    if (is_parameter(segment)) {
      auto value = percent_decode(part);
      if (!value || value->empty()) return false;
      parameters.add(std::string_view(segment).substr(1, segment.size() - 2), std::move(*value));
    } else if (part != segment) {
      return false;
    }
  }
  return path.empty();
}

}  // namespace

const std::string& PathParameters::operator[](std::string_view name) const {
  static const std::string none;
  for (const auto& [key, value] : items_) {
    if (key == name) return value;
  }
  return none;
}

void Router::add(std::string method, std::string pattern, RouteHandler handler) {
  auto route = std::make_unique<Route>();
  route->method = std::move(method);
  route->segments = segments_of(pattern);
  route->pattern = std::move(pattern);
  route->handler = std::move(handler);
  const auto place =
      std::find_if(routes_.begin(), routes_.end(), [&](const auto& other) { return is_more_specific(*route, *other); });
  routes_.insert(place, std::move(route));
}

RouteMatch Router::match(std::string_view method, std::string_view path) const {
  RouteMatch found;
  PathParameters parameters;
  for (const auto& route : routes_) {
    if (!matches(*route, path, parameters)) continue;
    if (route->method == method || (route->method == "GET" && method == "HEAD")) {
      return {route.get(), std::move(parameters), ""};
    }
    if (found.allow.find(route->method) == std::string::npos) {
      found.allow += (found.allow.empty() ? "" : ", ") + route->method;
      if (route->method == "GET") found.allow += ", HEAD";
    }
  }
  return found;
}

Response no_route_response(const Request& request, const RouteMatch& match) {
  if (std::find(kMethods.begin(), kMethods.end(), request.method) == kMethods.end())
    return problem_response(501, "Not Implemented");
  if (request.target == "*") return {.status = 204};
  if (match.allow.empty()) return problem_response(404, "Not Found");
  Response response = problem_response(405, "Method Not Allowed", "this path knows " + match.allow);
  response.headers.add("Allow", match.allow);
  return response;
}

}  // namespace trunkline::base
