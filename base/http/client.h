#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/http/message.h"

namespace trunkline::base {

struct ClientOptions {
  Millis connect_timeout{2000};
  Millis timeout{5000};                // for a whole answer, from the moment it is connected
  size_t max_body = 16 * 1024 * 1024;  // bytes
};

// Sends requests. Thread-safe; tests give a fake.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Sends `request` to `url` (url.h: http, https, unix:/path.sock:/target). The target comes from the URL, the one in
  // the request is not looked at; Content-Length is set here, and Host where the request has none. Any status is an
  // answer; redirects are not followed. `timeout` stands in for that of the options, for an answer that is known to
  // take long. Failures: Kind::unavailable (refused, unknown host, hung up), timeout, invalid (a bad URL, an answer
  // that is no HTTP or larger than max_body), cancelled.
  virtual Result<Response> send(const std::string& url, const Request& request,
                                std::optional<Millis> timeout = std::nullopt) = 0;

  // Ends the requests that are under way in other threads and refuses all later ones: Kind::cancelled. An answer that
  // is here already is still given. Not ended: the look-up of a host name, and over TLS the sending of a body.
  virtual void cancel() = 0;
};

// Keeps connections alive and pooled by host. A kept connection that turns out to be dead is replaced once by a fresh
// one for GET, HEAD, PUT, DELETE and OPTIONS.
std::unique_ptr<HttpClient> make_http_client(ClientOptions options = {});

// `host`, where it is not empty, stands in for the URL's in the Host field.
Result<Response> get(HttpClient& client, const std::string& url, const std::string& host = "");

}  // namespace trunkline::base
