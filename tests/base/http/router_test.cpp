#include "base/http/router.h"

#include <gtest/gtest.h>

namespace trunkline::base {
namespace {

Router router() {
  const auto nothing = [](const Request&, const PathParameters&, Reply) {};
  Router made;
  made.add("GET", "/{code}", nothing);
  made.add("GET", "/healthz", nothing);
  made.add("GET", "/api/links/{code}", nothing);
  made.add("DELETE", "/api/links/{code}", nothing);
  made.add("POST", "/api/links", nothing);
  made.add("GET", "/api/{kind}/{code}/stats", nothing);
  made.add("GET", "/", nothing);
  return made;
}

std::string pattern(const Router& router, std::string_view method, std::string_view path) {
  const RouteMatch match = router.match(method, path);
  return match.route == nullptr ? "none" : match.route->pattern;
}

TEST(Router, PrefersTheLiteralPath) {
  const Router routes = router();
  EXPECT_EQ(pattern(routes, "GET", "/healthz"), "/healthz");
  EXPECT_EQ(pattern(routes, "GET", "/healthy"), "/{code}");
  EXPECT_EQ(pattern(routes, "GET", "/"), "/");
}

TEST(Router, GivesDecodedParameters) {
  const Router routes = router();
  const RouteMatch match = routes.match("GET", "/api/a%2Fb/x%20y/stats");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.parameters["kind"], "a/b");
  EXPECT_EQ(match.parameters["code"], "x y");
  EXPECT_EQ(match.parameters["other"], "");
}

TEST(Router, ServesHeadByGet) {
  EXPECT_EQ(pattern(router(), "HEAD", "/healthz"), "/healthz");
}

TEST(Router, TellsWhichMethodsAPathHas) {
  const Router routes = router();
  const RouteMatch match = routes.match("PUT", "/api/links/x");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allow, "GET, HEAD, DELETE");
  const Response response = no_route_response({}, match);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.find("Allow"), "GET, HEAD, DELETE");
}

TEST(Router, KnowsWhichMethodsThereAre) {
  const Router routes = router();
  for (const char* method : {"BREW", "get", "TRACE", "PROPFIND"}) {
    const Request request{.method = method, .target = "/api/links/x"};
    EXPECT_EQ(no_route_response(request, routes.match(method, request.path())).status, 501) << method;
  }
  const Request server{.method = "OPTIONS", .target = "*"};
  EXPECT_EQ(no_route_response(server, routes.match(server.method, server.path())).status, 204);
}

TEST(Router, KnowsNoOtherPaths) {
  const Router routes = router();
  for (const char* path : {"", "/api", "/api/links/", "/api/links/x/", "/a/b", "//", "/%zz", "*"}) {
    const std::string found = pattern(routes, "GET", path);
    EXPECT_EQ(found, std::string_view(path) == "/api" ? "/{code}" : "none") << path;
  }
  EXPECT_EQ(no_route_response({}, routes.match("GET", "/a/b")).status, 404);
}

}  // namespace
}  // namespace trunkline::base
