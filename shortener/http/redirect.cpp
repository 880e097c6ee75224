#include "shortener/http/redirect.h"

#include "base/core/log.h"
#include "shortener/links/rules.h"

namespace trunkline::shortener {
namespace {

base::Counter cache_counter(base::Metrics& metrics, const char* result) {
  return metrics.counter("link_cache_lookups_total", "Lookups in the cache of links.", {{"result", result}});
}

}  // namespace

Redirect::Redirect(LinkStore& store, LinkCache& cache, const FlagReader& flags, base::Metrics& metrics)
    : store_(store),
      cache_(cache),
      flags_(flags),
      hits_(cache_counter(metrics, "hit")),
      misses_(cache_counter(metrics, "miss")) {}

void Redirect::operator()(const base::PathParameters& path, base::Reply reply) {
  reply(answer(path["code"]));
}

base::Response Redirect::answer(const std::string& code) {
  if (!is_code(code)) return base::problem_response(404, "Not Found");
  const auto now = std::chrono::steady_clock::now();
  if (const auto url = cache_.find(code, now)) {
    hits_.add();
    return redirect_to(code, *url);
  }
  misses_.add();
  const auto link = store_.find(code);
  if (link) {
    cache_.put(code, link->url, now);
    return redirect_to(code, link->url);
  }
  if (link.error().kind == base::Kind::not_found) return base::problem_response(404, "Not Found", link.error().message);
  base::log(base::LogLevel::error, "the store does not answer", {{"error", link.error().message}});
  return base::problem_response(503, "Service Unavailable", "the store does not answer");
}

base::Response Redirect::redirect_to(const std::string& code, std::string_view url) const {
  base::Response response{.status = flags_.redirect_status(code)};
  response.headers.add("Location", url);
  return response;
}

}  // namespace trunkline::shortener
