#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/http/reply.h"
#include "base/http/request_parser.h"
#include "base/http/worker.h"

// Private to the server.
namespace trunkline::base {

using StreamSocket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, boost::asio::io_context::executor_type>;

// One connection: reads a request, has it answered, reads the next. Lives as long as something is to come for it.
class Session final : public ReplyTarget, public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Worker> worker, StreamSocket socket);
  ~Session() override;

  void start();
  void check_deadline(SteadyTime now);
  void close();
  bool is_at_work() const { return phase_ != Phase::idle && phase_ != Phase::lingering; }

  void reply(Response response) override;
  const Request& request() const override { return request_; }

 private:
  enum class Phase {
    idle,       // no byte of a request yet
    header,     // some
    body,       // the headers are complete
    handling,   // the handler has it
    writing,    // the answer is on its way
    lingering,  // after a refusal: what the client still sends is thrown away, so that it gets to read the answer
    closed,
  };

  void advance();
  bool parse();
  void read_more();
  void on_read(const boost::system::error_code& code, size_t size);
  void dispatch();
  void finish(Response response);
  void refuse(int status);
  void drop_input();
  void serialize(const Response& response);
  bool flush();
  void after_write();
  void begin_request();
  void enter(Phase phase, Millis limit);

  std::shared_ptr<Worker> worker_;
  StreamSocket socket_;
  Phase phase_ = Phase::idle;
  SteadyTime entered_;
  SteadyTime deadline_ = SteadyTime::max();
  std::string in_;  // bytes from begin_ to end_ are not parsed yet
  size_t begin_ = 0;
  size_t end_ = 0;
  Request request_;
  std::optional<RequestParser> parser_;
  bool continue_sent_ = false;
  bool in_handler_ = false;
  bool keep_alive_ = true;
  std::string out_;
  size_t written_ = 0;
};

template <typename Task>
void Worker::post(Task task) {
  const std::lock_guard lock(post_mutex_);
  if (!retired_) boost::asio::post(context_, std::move(task));
}

}  // namespace trunkline::base
