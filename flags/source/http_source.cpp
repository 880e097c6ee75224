#include "flags/source/http_source.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/digest.h"

namespace trunkline::flags {
namespace {

constexpr std::chrono::seconds kWait{30};
constexpr base::Millis kSlack{5000};
// A server that answers "nothing new" sooner than this has not waited.
constexpr base::Millis kShortestWait{1000};
// From one request to the next where the server waits: one that always has something new makes no busy loop.
constexpr base::Millis kShortest{100};
constexpr size_t kMostBytes = 64 * 1024 * 1024;

}  // namespace

HttpSource::HttpSource(std::string url, std::string token, std::unique_ptr<base::HttpClient> client)
    : url_(std::move(url)),
      name_(url_.substr(0, url_.find('?'))),
      token_(std::move(token)),
      client_(std::move(client)) {}

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
  took_ = std::chrono::floor<base::Millis>(base::system_clock().steady() - start);
  const bool took_part = response && response->headers.find("Preference-Applied").value_or("").starts_with("wait");
  auto taken = response ? take(*std::move(response)) : base::fail(response.error());
  in_touch_ = taken.has_value();
  if (!in_touch_) return taken;
  // One that has nothing new at once has not waited, whatever it says.
  const bool waited = took_part && (*taken || took_ >= kShortestWait);
  refusals_ = asked.headers.find("Prefer") && !waited ? refusals_ + 1 : 0;
  return taken;
}

base::Result<std::optional<SourceText>> HttpSource::take(base::Response response) {
  if (response.status == 304 && !etag_.empty()) return std::nullopt;
  if (response.status == 401 || response.status == 403) {
    const char* hint = token_.empty() ? "it wants a token (--source-token-file)" : "it refuses the token";
    return base::fail(base::Kind::denied,
                      fmt::format("GET {}: the server answered {}: {}", name_, response.status, hint));
  }
  if (response.status != 200) {
    return base::fail(base::Kind::unavailable, fmt::format("GET {}: the server answered {}", name_, response.status));
  }
  etag_ = response.headers.find("ETag").value_or("");
  std::string digest = base::sha256(response.body);
  // A server without tags, or with new ones for the same text.
  if (digest == digest_) return std::nullopt;
  digest_ = std::move(digest);
  return SourceText{std::move(response.body), name_,
                    std::string(response.headers.find("Trunkline-Revision").value_or(""))};
}

base::Millis HttpSource::interval(base::Millis wanted) const {
  if (etag_.empty() || !in_touch_ || refusals_ > 1) return wanted;
  // Once it may be an agent that was just stopping.
  if (refusals_ == 1) return std::min(wanted, kShortestWait);
  return std::max(kShortest - took_, base::Millis{0});
}

}  // namespace trunkline::flags
