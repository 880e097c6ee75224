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
  if (!etag_.empty()) request.headers.set("If-None-Match", etag_);
  // Where the server was away, whether it is back is wanted now and not at its next change.
  if (!etag_.empty() && in_touch_) request.headers.set("Prefer", fmt::format("wait={}", kWait.count()));
  return request;
}

base::Result<std::optional<SourceText>> HttpSource::poll() {
  const base::Request asked = request();
  const base::SteadyTime start = base::system_clock().steady();
  auto response = client_->send(url_, asked);
  auto taken = response ? take(*std::move(response)) : base::fail(response.error());
  in_touch_ = taken.has_value();
  if (!in_touch_) return taken;
  const bool is_quick = !*taken && base::system_clock().steady() - start < kShortestWait;
  // Not asked to wait yet, it may; asked, it says so. One that has nothing new at once has not waited.
  waits_ = !etag_.empty() && (!asked.headers.find("Prefer") || (waits_ && !is_quick));
  return taken;
}

base::Result<std::optional<SourceText>> HttpSource::take(base::Response response) {
  waits_ = response.headers.find("Preference-Applied").value_or("").starts_with("wait");
  if (response.status == 304 && !etag_.empty()) return std::nullopt;
  if (response.status != 200) {
    return base::fail(response.status == 401 || response.status == 403 ? base::Kind::denied : base::Kind::unavailable,
                      fmt::format("GET {}: the server answered {}", url_, response.status));
  }
  etag_ = response.headers.find("ETag").value_or("");
  return SourceText{std::move(response.body), url_,
                    std::string(response.headers.find("Trunkline-Revision").value_or(""))};
}

base::Millis HttpSource::interval(base::Millis wanted) const {
  return waits_ ? base::Millis{0} : wanted;
}

}  // namespace trunkline::flags
