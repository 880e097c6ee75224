#include "flags/source/http_source.h"

#include <fmt/format.h>

namespace trunkline::flags {
namespace {

constexpr std::chrono::seconds kWait{30};
constexpr base::Millis kSlack{5000};
// A server that answers "nothing new" sooner than this has not waited, whatever it says.
constexpr base::Millis kShortestWait{1000};
constexpr size_t kMostBytes = 64 * 1024 * 1024;

}  // namespace

std::unique_ptr<base::HttpClient> HttpSource::make_client() {
  return base::make_http_client({.timeout = kWait + kSlack, .max_body = kMostBytes});
}

base::Request HttpSource::request() const {
  base::Request request;
  request.headers.set("Accept", "application/json, application/yaml;q=0.9, */*;q=0.1");
  if (!token_.empty()) request.headers.set("Authorization", "Bearer " + token_);
  if (etag_.empty()) return request;
  request.headers.set("If-None-Match", etag_);
  request.headers.set("Prefer", fmt::format("wait={}", kWait.count()));
  return request;
}

base::Result<std::optional<SourceText>> HttpSource::poll() {
  const base::SteadyTime start = base::system_clock().steady();
  TRY_ASSIGN(base::Response response, client_->send(url_, request()));
  const bool took_part = response.headers.find("Preference-Applied").value_or("").starts_with("wait");
  if (response.status == 304 && !etag_.empty()) {
    held_ = took_part && base::system_clock().steady() - start >= kShortestWait;
    return std::nullopt;
  }
  held_ = took_part;
  if (response.status != 200) {
    return base::fail(response.status == 401 || response.status == 403 ? base::Kind::denied : base::Kind::unavailable,
                      fmt::format("GET {}: the server answered {}", url_, response.status));
  }
  etag_ = response.headers.find("ETag").value_or("");
  return SourceText{std::move(response.body), url_,
                    std::string(response.headers.find("Trunkline-Revision").value_or(""))};
}

base::Millis HttpSource::interval(base::Millis wanted) const {
  return held_ ? base::Millis{0} : wanted;
}

}  // namespace trunkline::flags
