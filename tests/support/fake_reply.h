#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "base/http/reply.h"

namespace trunkline::base {

// Keeps what is streamed.
class FakeStream final : public BodyStream {
 public:
  bool write(std::string bytes) override {
    if (open) written += bytes;
    return open;
  }
  void end() override { open = false; }
  bool is_open() const override { return open; }

  bool open = true;
  std::string written;
};

// Keeps the answer to one request.
class FakeReply final : public ReplyTarget {
 public:
  explicit FakeReply(Request request) : request_(std::move(request)) {}
  void reply(Response response, ReplyObserver* observer) override {
    if (observer != nullptr) observer->replied(request_.method, response, {});
    answer = std::move(response);
  }
  std::shared_ptr<BodyStream> stream(Response head, ReplyObserver* observer) override {
    reply(std::move(head), observer);
    return streamed = std::make_shared<FakeStream>();
  }
  bool is_open() const override { return open; }
  const Request& request() const { return request_; }

  std::atomic<bool> open = true;
  std::optional<Response> answer;
  std::shared_ptr<FakeStream> streamed;

 private:
  Request request_;
};

// What `handler` answers at once to `request`; status 0 if it does not answer yet.
inline Response ask(const Handler& handler, Request request) {
  const auto target = std::make_shared<FakeReply>(std::move(request));
  handler(target->request(), Reply(target, SteadyTime{}));
  return target->answer.value_or(Response{.status = 0});
}

}  // namespace trunkline::base
