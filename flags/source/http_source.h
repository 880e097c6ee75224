#pragma once

#include "base/http/client.h"
#include "flags/source/source.h"

namespace trunkline::flags {

// A document on an HTTP server, asked for with its ETag. A server that takes part in `Prefer: wait` (RFC 7240), as
// another agent's /v1/flagset does, answers when there is something new, so that a change passes a chain at once.
class HttpSource final : public Source {
 public:
  // `token` is sent as a bearer token unless it is empty.
  HttpSource(std::string url, std::string token, std::unique_ptr<base::HttpClient> client);

  // One that waits as long as a server may be asked to.
  static std::unique_ptr<base::HttpClient> make_client();

  base::Result<std::optional<SourceText>> poll() override;
  base::Millis interval(base::Millis wanted) const override;
  void cancel() override { client_->cancel(); }

 private:
  base::Request request() const;
  base::Result<std::optional<SourceText>> take(base::Response response);

  std::string url_;
  std::string name_;  // the URL without its query, which may hold a secret
  std::string token_;
  std::unique_ptr<base::HttpClient> client_;
  std::string etag_;
  std::string digest_;     // of the last text
  bool in_touch_ = false;  // the last answer was a good one: the next may take its time
  int refusals_ = 0;       // so many times in a row the server did not wait though it was asked to
  base::Millis took_{0};   // the last answer
};

}  // namespace trunkline::flags
