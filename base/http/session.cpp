#include "base/http/session.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>

#include "base/http/date.h"
#include "base/http/reply.h"
#include "base/http/request_parser.h"
#include "base/http/worker.h"

namespace trunkline::base {
namespace asio = boost::asio;
namespace {

constexpr size_t kFirstBuffer = 4096;
constexpr size_t kChunkHeader = 4096;  // room for the line before a chunk, beside the headers
constexpr Millis kLinger{1000};
constexpr size_t kReadAhead = 4096;  // bytes that are kept of what a client sends before it is answered
constexpr size_t kKeptOutput = 64 * 1024;
constexpr size_t kMostUntaken = 256 * 1024;  // bytes of a stream
constexpr Millis kPeerGone{30'000};          // a stream's bytes that the peer's kernel does not confirm

// A value from outside may not end the line it stands in.
void append_safely(std::string& out, std::string_view value) {
  for (const char c : value) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

// The Date field's value. Made anew once a second.
std::string_view date_now() {
  static thread_local WallTime made;
  static thread_local std::string text;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (text.empty() || made != now) {
    made = now;
    text = to_http_date(now);
  }
  return text;
}

// Without the port; "" where there is no address of that kind.
std::string peer_address(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char text[INET6_ADDRSTRLEN] = "";
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in*>(&address)->sin_addr, text, sizeof text);
  } else if (address.ss_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6*>(&address)->sin6_addr, text, sizeof text);
  }
  return text;
}

bool has_no_body(int status) {
  return status == 204 || status == 304;
}

using StreamSocket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, boost::asio::io_context::executor_type>;

class BeastSession;

// The way into a session for who writes a stream. It does not keep the session.
class SessionStream final : public BodyStream {
 public:
  SessionStream(std::shared_ptr<Worker> worker, std::weak_ptr<BeastSession> session)
      : worker_(std::move(worker)), session_(std::move(session)) {}

  bool write(std::string bytes) override;
  void end() override;
  bool is_open() const override { return open_.load(std::memory_order_relaxed); }
  void close() { open_ = false; }

 private:
  std::shared_ptr<Worker> worker_;
  std::weak_ptr<BeastSession> session_;
  std::atomic<bool> open_{true};
};

class BeastSession final : public Session, public ReplyTarget, public std::enable_shared_from_this<BeastSession> {
 public:
  BeastSession(std::shared_ptr<Worker> worker, StreamSocket socket);
  ~BeastSession() override;

  void start() override;
  void check_deadline(SteadyTime now) override;
  void close() override;
  bool is_at_work() const override { return phase_ != Phase::idle && phase_ != Phase::lingering; }

  void reply(Response response, ReplyObserver* observer) override;
  std::shared_ptr<BodyStream> stream(Response head, ReplyObserver* observer) override;
  bool is_open() const override { return open_.load(std::memory_order_relaxed); }

  void append(std::string_view bytes);
  void end_stream();

 private:
  enum class Phase {
    idle,       // no byte of a request yet
    header,     // some
    body,       // the headers are complete
    handling,   // the handler has it
    writing,    // the answer is on its way
    streaming,  // its head is sent, its body comes in pieces
    lingering,  // after the last answer: what the client still sends is thrown away, so that it gets to read the answer
    closed,
  };

  void advance();
  bool parse();
  void read_more();
  void read_ahead();
  void on_read(const boost::system::error_code& code, size_t size);
  void dispatch();
  void hold();
  void finish(Response response, ReplyObserver* observer);
  void tell(ReplyObserver* observer, const Response& response) const;
  void refuse(int status);
  void linger();
  void drop_input();
  void serialize(const Response& response);
  void serialize_head(const Response& response);
  void begin_stream(std::shared_ptr<SessionStream> stream, const Response& head, ReplyObserver* observer);
  void send_stream();
  std::array<boost::asio::const_buffer, 2> unwritten() const;
  bool is_all_written() const;
  bool flush();
  void write_more();
  void after_write();
  void begin_request();
  void enter(Phase phase, Millis limit);

  std::shared_ptr<Worker> worker_;
  StreamSocket socket_;
  Phase phase_ = Phase::idle;
  SteadyTime entered_;
  SteadyTime received_;  // the request, completely
  SteadyTime deadline_ = SteadyTime::max();
  std::string in_;  // bytes from begin_ to end_ are not parsed yet
  size_t begin_ = 0;
  size_t end_ = 0;
  Request request_;
  RequestParser parser_;
  bool reading_ = false;  // into in_, behind end_
  bool continue_sent_ = false;
  bool in_handler_ = false;
  std::atomic<bool> open_{true};
  bool keep_alive_ = true;
  std::string out_;
  std::shared_ptr<const std::string> tail_;  // goes after out_
  size_t written_ = 0;                       // of both
  std::shared_ptr<SessionStream> stream_;
  bool chunked_ = false;
  bool sending_ = false;     // out_ is on its way
  bool last_piece_ = false;  // the stream ends when all is sent
  std::string untaken_;      // of a stream: goes after out_
};

}  // namespace

BeastSession::BeastSession(std::shared_ptr<Worker> worker, StreamSocket socket)
    : worker_(std::move(worker)),
      socket_(std::move(socket)),
      in_(kFirstBuffer, '\0'),
      parser_(request_, worker_->serving().options.max_header, worker_->serving().options.max_body) {
  request_.peer = peer_address(socket_.native_handle());
}

BeastSession::~BeastSession() {
  const std::lock_guard lock(worker_->serving().mutex);
  --worker_->serving().open;
  worker_->serving().changed.notify_all();
}

void BeastSession::start() {
  worker_->add(this);
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  begin_request();
  advance();
}

void BeastSession::enter(Phase phase, Millis limit) {
  phase_ = phase;
  entered_ = std::chrono::steady_clock::now();
  deadline_ = limit == Millis::max() ? SteadyTime::max() : entered_ + limit;
}

void BeastSession::begin_request() {
  parser_.begin();
  continue_sent_ = false;
  enter(Phase::idle, worker_->serving().options.idle_timeout);
}

void BeastSession::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  open_ = false;
  if (stream_) stream_->close();
  worker_->remove(this);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void BeastSession::check_deadline(SteadyTime now) {
  const bool stopping = worker_->serving().stopping.load(std::memory_order_relaxed);
  if (stopping && phase_ == Phase::idle) {
    deadline_ = std::min(deadline_, entered_ + worker_->serving().linger.load(std::memory_order_relaxed));
  }
  if (stopping && phase_ == Phase::streaming) return end_stream();
  if (now < deadline_) return;
  if (phase_ == Phase::header || phase_ == Phase::body) {
    refuse(408);
  } else {
    close();
  }
}

// Goes on as far as it gets without waiting.
void BeastSession::advance() {
  while (phase_ == Phase::idle || phase_ == Phase::header || phase_ == Phase::body) {
    if (!parse()) return;
    dispatch();
    if (phase_ != Phase::writing || !flush()) return;
    after_write();
  }
}

// True when a request is complete. Otherwise more is being read, or the request was refused.
bool BeastSession::parse() {
  if (begin_ == end_) {
    read_more();
    return false;
  }
  const auto step = parser_.read({in_.data() + begin_, end_ - begin_});
  begin_ += step.used;
  switch (step.outcome) {
    case RequestParser::Outcome::complete:
      return true;
    case RequestParser::Outcome::refused:
      refuse(step.status);
      return false;
    case RequestParser::Outcome::need_more:
      break;
  }
  const ServerOptions& options = worker_->serving().options;
  if (parser_.is_header_complete()) {
    if (phase_ != Phase::body) enter(Phase::body, options.body_timeout);
  } else if (phase_ == Phase::idle) {
    enter(Phase::header, options.header_timeout);
  }
  if (phase_ == Phase::body && parser_.expects_continue() && !std::exchange(continue_sent_, true)) {
    // Twenty-five bytes into an empty send buffer: it takes them at once or the connection is no good.
    boost::system::error_code ignored;
    socket_.write_some(asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")), ignored);
  }
  read_more();
  return false;
}

void BeastSession::read_more() {
  if (reading_) return;
  if (!open_) return close();  // the end is told once only
  if (begin_ > 0) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_), in_.begin() + static_cast<std::ptrdiff_t>(end_),
              in_.begin());
    end_ -= std::exchange(begin_, 0);
  }
  if (end_ == in_.size()) {
    const size_t limit = worker_->serving().options.max_header + kChunkHeader;
    if (in_.size() >= limit) return refuse(431);
    in_.resize(std::min(limit, in_.size() * 2));
  }
  reading_ = true;
  socket_.async_read_some(
      asio::buffer(in_.data() + end_, in_.size() - end_),
      [self = shared_from_this()](const boost::system::error_code& code, size_t size) { self->on_read(code, size); });
}

void BeastSession::on_read(const boost::system::error_code& code, size_t size) {
  reading_ = false;
  if (phase_ == Phase::closed) return;
  if (code == asio::error::eof && (phase_ == Phase::handling || phase_ == Phase::writing)) {
    // It may have ended only its half: it still gets its answer.
    open_ = false;
    return;
  }
  if (code) return close();
  if (phase_ == Phase::lingering || phase_ == Phase::streaming) return drop_input();
  end_ += size;
  if (phase_ == Phase::handling) return read_ahead();
  if (phase_ != Phase::writing) advance();
}

// Reads on while an answer is outstanding: the next request, or that the client is gone. A client that sends more than
// is kept is not looked at any further.
void BeastSession::read_ahead() {
  if (open_ && end_ - begin_ < kReadAhead) read_more();
}

void BeastSession::dispatch() {
  keep_alive_ = parser_.keep_alive();
  enter(Phase::handling, Millis::max());
  received_ = entered_;
  in_handler_ = true;
  worker_->serving().handler(request_, Reply(shared_from_this(), received_));
  in_handler_ = false;
  if (phase_ == Phase::handling) hold();
}

// The answer comes later, perhaps much later: what it does not need is given back.
void BeastSession::hold() {
  request_ = {.method = std::move(request_.method), .target = "", .peer = std::move(request_.peer)};
  if (begin_ == end_ && !reading_) {
    begin_ = end_ = 0;
    if (in_.size() > kFirstBuffer) in_ = std::string(kFirstBuffer, '\0');
  }
  read_ahead();
}

void BeastSession::reply(Response response, ReplyObserver* observer) {
  if (worker_->is_this_thread() && in_handler_) return finish(std::move(response), observer);
  // Not at once: what is behind this request would be handled inside of whatever calls this, and of the locks it holds.
  worker_->post([self = shared_from_this(), response = std::move(response), observer]() mutable {
    self->finish(std::move(response), observer);
  });
}

// Runs on the worker's thread, or while the server ends: the observer is there.
void BeastSession::tell(ReplyObserver* observer, const Response& response) const {
  if (observer != nullptr) observer->replied(request_.method, response, received_);
}

void BeastSession::finish(Response response, ReplyObserver* observer) {
  tell(observer, response);
  if (phase_ != Phase::handling) return;
  if (worker_->serving().stopping.load(std::memory_order_relaxed)) keep_alive_ = false;
  serialize(response);
  phase_ = Phase::writing;
  if (in_handler_ || !flush()) return;
  after_write();
  advance();
}

// Answers what cannot be a request. The connection is closed when the client has done so, or soon.
void BeastSession::refuse(int status) {
  keep_alive_ = false;
  const Response response = problem_response(status, reason_phrase(status));
  serialize(response);
  // Told first, so that whoever has the answer finds it counted. As received just now: how long a client took to say
  // nothing is no latency of ours.
  received_ = std::chrono::steady_clock::now();
  tell(worker_->serving().options.refused, response);
  boost::system::error_code ignored;
  socket_.write_some(asio::buffer(out_), ignored);
  linger();
}

void BeastSession::drop_input() {
  begin_ = end_ = 0;
  read_more();
}

void BeastSession::serialize(const Response& response) {
  serialize_head(response);
  if (!has_no_body(response.status)) {
    fmt::format_to(std::back_inserter(out_), "Content-Length: {}\r\n", response.content().size());
  }
  if (!keep_alive_) {
    out_ += "Connection: close\r\n";
  } else if (parser_.version() == 10) {
    out_ += "Connection: keep-alive\r\n";
  }
  out_ += "\r\n";
  if (has_no_body(response.status) || request_.method == "HEAD") return;
  tail_ = response.shared_body;
  if (!tail_) out_ += response.body;
}

void BeastSession::serialize_head(const Response& response) {
  out_.clear();
  tail_.reset();
  written_ = 0;
  fmt::format_to(std::back_inserter(out_), "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  if (!response.headers.find("Date")) fmt::format_to(std::back_inserter(out_), "Date: {}\r\n", date_now());
  for (const Header& header : response.headers) {
    out_ += header.name;
    out_ += ": ";
    append_safely(out_, header.value);
    out_ += "\r\n";
  }
}

std::shared_ptr<BodyStream> BeastSession::stream(Response head, ReplyObserver* observer) {
  auto stream = std::make_shared<SessionStream>(worker_, weak_from_this());
  // Never at once: a handler that calls this is not done with its request yet.
  const bool posted = worker_->post([self = shared_from_this(), stream, head = std::move(head), observer] {
    self->begin_stream(stream, head, observer);
  });
  if (!posted) stream->close();
  return stream;
}

void BeastSession::begin_stream(std::shared_ptr<SessionStream> stream, const Response& head, ReplyObserver* observer) {
  tell(observer, head);
  if (phase_ != Phase::handling) return stream->close();
  stream_ = std::move(stream);
  keep_alive_ = false;
  chunked_ = parser_.version() != 10;
  serialize_head(head);
  if (chunked_) out_ += "Transfer-Encoding: chunked\r\n";
  out_ += "Connection: close\r\n\r\n";
  enter(Phase::streaming, Millis::max());
  if (request_.method == "HEAD") end_stream();
  // A peer whose machine is gone says nothing. What it does not confirm in time, the kernel gives up.
  const int limit = static_cast<int>(kPeerGone.count());
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
  drop_input();  // reads on only to learn that the client is gone
  send_stream();
}

void BeastSession::append(std::string_view bytes) {
  if (phase_ != Phase::streaming || last_piece_ || bytes.empty()) return;
  if (untaken_.size() + bytes.size() > kMostUntaken) return close();
  if (chunked_) fmt::format_to(std::back_inserter(untaken_), "{:x}\r\n", bytes.size());
  untaken_ += bytes;
  if (chunked_) untaken_ += "\r\n";
  send_stream();
}

void BeastSession::end_stream() {
  if (phase_ != Phase::streaming || last_piece_) return;
  last_piece_ = true;
  stream_->close();
  if (chunked_ && request_.method != "HEAD") untaken_ += "0\r\n\r\n";
  send_stream();
}

// One write at a time: what is given meanwhile waits in untaken_.
void BeastSession::send_stream() {
  if (sending_) return;
  out_ += std::exchange(untaken_, {});
  if (out_.empty()) {
    if (last_piece_) after_write();
    return;
  }
  sending_ = true;
  enter(Phase::streaming, worker_->serving().options.write_timeout);
  asio::async_write(socket_, asio::buffer(out_),
                    [self = shared_from_this()](const boost::system::error_code& failed, size_t) {
                      if (self->phase_ != Phase::streaming) return;
                      if (failed) return self->close();
                      self->sending_ = false;
                      self->out_.clear();
                      self->enter(Phase::streaming, Millis::max());
                      self->send_stream();
                    });
}

std::array<asio::const_buffer, 2> BeastSession::unwritten() const {
  const std::string_view tail = tail_ ? std::string_view(*tail_) : std::string_view();
  const size_t of_out = std::min(written_, out_.size());
  const std::string_view rest = tail.substr(written_ - of_out);
  return {asio::buffer(out_.data() + of_out, out_.size() - of_out), asio::buffer(rest.data(), rest.size())};
}

bool BeastSession::is_all_written() const {
  return written_ == out_.size() + (tail_ ? tail_->size() : 0);
}

// True when all is written. Otherwise it is being written, or the connection is closed.
bool BeastSession::flush() {
  boost::system::error_code code;
  written_ += socket_.write_some(unwritten(), code);
  if (code && code != asio::error::would_block) {
    close();
    return false;
  }
  if (is_all_written()) return true;
  write_more();
  return false;
}

// Piece by piece: a client that takes its time is given up when it takes nothing, not when it takes long.
void BeastSession::write_more() {
  enter(Phase::writing, worker_->serving().options.write_timeout);
  socket_.async_write_some(unwritten(),
                           [self = shared_from_this()](const boost::system::error_code& failed, size_t size) {
                             if (self->phase_ != Phase::writing) return;
                             if (failed) return self->close();
                             self->written_ += size;
                             if (!self->is_all_written()) return self->write_more();
                             self->after_write();
                             self->advance();
                           });
}

void BeastSession::after_write() {
  tail_.reset();
  if (out_.capacity() > kKeptOutput) std::string().swap(out_);
  if (request_.body.capacity() > kKeptOutput) std::string().swap(request_.body);
  if (keep_alive_) return begin_request();
  linger();
}

// Closed at once, what the client has sent meanwhile would reset the connection, and the answer with it (RFC
// 9112, 9.6).
void BeastSession::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  enter(Phase::lingering, kLinger);
  drop_input();
}

bool SessionStream::write(std::string bytes) {
  if (!is_open()) return false;
  worker_->post([session = session_, bytes = std::move(bytes)] {
    if (const auto alive = session.lock()) alive->append(bytes);
  });
  return true;
}

void SessionStream::end() {
  worker_->post([session = session_] {
    if (const auto alive = session.lock()) alive->end_stream();
  });
}

std::shared_ptr<Session> make_session(std::shared_ptr<Worker> worker, int fd, int family) {
  StreamSocket socket(worker->context(), asio::generic::stream_protocol(family, 0), fd);
  return std::make_shared<BeastSession>(std::move(worker), std::move(socket));
}

}  // namespace trunkline::base
