#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/core/clock.h"
#include "base/http/message.h"

namespace trunkline::base {

// An answer that is written piece by piece, for as long as both sides like. Thread-safe.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // Sends `bytes` after all that was given before. False if the client is gone. A client that leaves more than 256 KB
  // untaken, or takes nothing for the server's write_timeout, is disconnected.
  virtual bool write(std::string bytes) = 0;
  // Nothing follows. The connection is closed.
  virtual void end() = 0;
  virtual bool is_open() const = 0;
};

// Counts answers (metrics). Thread-safe. It outlives the server, but need not outlive the replies that watch it: an
// answer that comes after the end of the server reaches nobody and is not counted.
class ReplyObserver {
 public:
  virtual ~ReplyObserver() = default;
  virtual void replied(std::string_view method, const Response& response, SteadyTime received) = 0;
};

// Receives the answer to one request: the server's connection, or a fake in a test.
class ReplyTarget {
 public:
  virtual ~ReplyTarget() = default;
  // One of these two is called once for each request, from any thread. stream() sends status and headers of `head`.
  // `observer`, unless it is null, is told before the client has the answer, and not at all once the server has ended.
  virtual void reply(Response response, ReplyObserver* observer) = 0;
  virtual std::shared_ptr<BodyStream> stream(Response head, ReplyObserver* observer) = 0;
  // False once the client has hung up, or has ended its half of the connection. An answer does no harm.
  virtual bool is_open() const = 0;
};

// The duty to answer one request. It may be moved to another thread and called there, later, once. Destroyed without
// a call it answers 500, so that no client waits for ever.
class Reply {
 public:
  Reply(std::shared_ptr<ReplyTarget> target, SteadyTime received) : target_(std::move(target)), received_(received) {}
  Reply(Reply&& other) noexcept
      : target_(std::move(other.target_)), received_(other.received_), observer_(other.observer_) {}
  Reply& operator=(Reply&&) = delete;
  ~Reply();

  // Gives the answer; the request is not to be touched afterwards.
  void operator()(Response response);
  // Gives status and headers now and the body later. A server that stops ends the stream.
  std::shared_ptr<BodyStream> stream(Response head);

  // Whether somebody still waits for the answer, as far as is known. Whoever answers late asks now and then.
  bool is_open() const { return target_ && target_->is_open(); }

  void watch(ReplyObserver& observer) { observer_ = &observer; }
  // When the request had been read completely.
  SteadyTime received() const { return received_; }

 private:
  std::shared_ptr<ReplyTarget> target_;
  SteadyTime received_;
  ReplyObserver* observer_ = nullptr;
};

// Answers a request, now or later. The request lives until the handler returns, or calls the Reply: a handler that
// answers later copies what it needs. Called from any of the server's threads, which must not be blocked for long.
using Handler = std::function<void(const Request&, Reply)>;

}  // namespace trunkline::base
