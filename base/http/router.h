#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http/reply.h"

namespace trunkline::base {

// The decoded {name} parts of a path.
class PathParameters {
 public:
  void add(std::string_view name, std::string value) { items_.emplace_back(name, std::move(value)); }
  // The value of `name`; a name that the pattern does not have is a bug of the caller and gives "".
  const std::string& operator[](std::string_view name) const;

 private:
  std::vector<std::pair<std::string_view, std::string>> items_;
};

using RouteHandler = std::function<void(const Request&, const PathParameters&, Reply)>;

struct Route {
  std::string method;
  std::string pattern;  // "/api/v1/links/{code}"; also the route's name in metrics
  RouteHandler handler;
  std::vector<std::string> segments;  // of the pattern
};

// Which route a request takes. Exactly one of: `route` is set; `allow` names the methods that the path has (405);
// neither (404).
struct RouteMatch {
  const Route* route = nullptr;
  PathParameters parameters;
  std::string allow;
};

// Methods and path patterns. Filled before the server starts and only read afterwards, from any thread.
class Router {
 public:
  // A literal segment wins over a {name}; of two equal patterns the first wins. GET also serves HEAD.
  void add(std::string method, std::string pattern, RouteHandler handler);

  // `path` is still percent-encoded; the result points into this router.
  RouteMatch match(std::string_view method, std::string_view path) const;

  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  std::vector<std::unique_ptr<Route>> routes_;  // the more specific first
};

// The answer to a request whose match has no route: 501 for a method that no server of ours knows, 404, or 405 with its
// Allow; 204 for `OPTIONS *`.
Response no_route_response(const Request& request, const RouteMatch& match);

}  // namespace trunkline::base
