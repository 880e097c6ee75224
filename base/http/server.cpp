#include "base/http/server.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <optional>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include "base/core/log.h"
#include "base/http/listen.h"
#include "base/http/session.h"
#include "base/http/worker.h"

namespace trunkline::base {
namespace asio = boost::asio;
namespace {

constexpr Millis kStoppingLinger{500};
constexpr Millis kAcceptPause{100};
constexpr Millis kWarnInterval{60'000};

using Protocol = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Protocol, asio::io_context::executor_type>;
using Accepted = Protocol::socket::rebind_executor<asio::io_context::executor_type>::other;

class BeastServer final : public Server {
 public:
  BeastServer(ServerOptions options, Handler handler, ListenSocket socket)
      : is_unix_(socket.address().is_unix),
        family_(socket.family()),
        address_(to_string(socket.address())),
        listen_(std::move(socket)) {
    serving_->options = std::move(options);
    serving_->handler = std::move(handler);
    const int wanted = serving_->options.threads;
    const unsigned threads =
        wanted > 0 ? static_cast<unsigned>(wanted) : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < threads; ++i) workers_.push_back(std::make_shared<Worker>(serving_));
    acceptor_.emplace(workers_.front()->context());
    retry_.emplace(workers_.front()->context());
  }

  ~BeastServer() override { stop(Millis(0)); }

  Result<> run() {
    boost::system::error_code code;
    const int fd = ::dup(listen_->fd());  // the acceptor closes its own
    if (fd < 0) return fail(Kind::io, "cannot listen on " + address_ + ": out of file descriptors");
    acceptor_->assign(asio::generic::stream_protocol(family_, 0), fd, code);
    if (!code) acceptor_->non_blocking(true, code);
    if (code) return fail(Kind::io, "cannot listen on " + address_ + ": " + code.message());
    asio::post(workers_.front()->context(), [this] { accept(); });
    for (const auto& worker : workers_) threads_.emplace_back([worker] { worker->run(); });
    return {};
  }

  const std::string& address() const override { return address_; }

  bool stop(Millis grace) override {
    const std::lock_guard lock(stop_mutex_);
    if (!ended_in_time_) ended_in_time_ = stop_once(grace);
    return *ended_in_time_;
  }

 private:
  void accept() {
    acceptor_->async_accept([this](const boost::system::error_code& code, Accepted socket) {
      if (code == asio::error::operation_aborted || !acceptor_->is_open()) return;
      if (code) return accept_later(code.message());
      hand_over(std::move(socket));
      accept();
    });
  }

  // Out of file descriptors, most likely: the connection stays in the queue.
  void accept_later(const std::string& why) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now >= warn_again_) {
      log(LogLevel::warn, "new connections have to wait", {{"listening", address_}, {"error", why}});
      warn_again_ = now + kWarnInterval;
    }
    retry_->expires_after(kAcceptPause);
    retry_->async_wait([this](const boost::system::error_code& code) {
      if (!code) accept();
    });
  }

  void hand_over(Accepted socket) {
    boost::system::error_code ignored;
    if (!is_unix_) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    Worker& worker = *workers_[next_++ % workers_.size()];
    {
      const std::lock_guard lock(serving_->mutex);
      ++serving_->open;
    }
    const auto session = make_session(worker.shared_from_this(), socket.release(), family_);
    if (worker.is_this_thread()) return session->start();
    worker.post([session] { session->start(); });
  }

  // Whoever is connected already, though not yet accepted, is still served.
  void close_acceptor() {
    for (;;) {
      boost::system::error_code code;
      Accepted socket = acceptor_->accept(code);
      if (code) break;
      hand_over(std::move(socket));
    }
    boost::system::error_code ignored;
    retry_->cancel();
    acceptor_->close(ignored);
    listen_.reset();
  }

  // Runs `task` on every worker and waits for the sum of what they return.
  template <typename Task>
  size_t on_every_worker(Task task) {
    size_t sum = 0;
    for (const auto& worker : workers_) {
      std::promise<size_t> done;
      asio::post(worker->context(), [&] { done.set_value(task(*worker)); });
      sum += done.get_future().get();
    }
    return sum;
  }

  bool stop_once(Millis grace) {
    if (threads_.empty()) return true;
    serving_->linger = std::min(kStoppingLinger, grace / 2);
    std::promise<void> closed;
    asio::post(workers_.front()->context(), [&] {
      close_acceptor();
      closed.set_value();
    });
    closed.get_future().get();
    serving_->stopping = true;
    on_every_worker([](Worker& worker) {
      worker.sweep();
      return size_t{0};
    });
    {
      std::unique_lock lock(serving_->mutex);
      serving_->changed.wait_for(lock, grace, [this] { return serving_->open == 0; });
    }
    const size_t cut = on_every_worker([](Worker& worker) { return worker.close_all(); });
    for (const auto& worker : workers_) worker->context().stop();
    for (std::thread& thread : threads_) thread.join();
    for (const auto& worker : workers_) worker->retire();
    return cut == 0;
  }

  const bool is_unix_;
  const int family_;
  const std::string address_;
  std::optional<ListenSocket> listen_;  // until it stops
  std::shared_ptr<Serving> serving_ = std::make_shared<Serving>();
  std::vector<std::shared_ptr<Worker>> workers_;
  std::optional<Acceptor> acceptor_;
  std::optional<asio::steady_timer> retry_;
  std::vector<std::thread> threads_;
  size_t next_ = 0;
  SteadyTime warn_again_;
  std::mutex stop_mutex_;
  std::optional<bool> ended_in_time_;
};

// The soft limit is for programs that use select().
void raise_file_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  raise_file_limit();
  TRY_ASSIGN(const ListenAddress wanted, parse_listen_address(options.listen));
  TRY_ASSIGN(ListenSocket socket, ListenSocket::open(wanted, options.socket_mode));
  auto server = std::make_unique<BeastServer>(std::move(options), std::move(handler), std::move(socket));
  TRY(server->run());
  return server;
}

}  // namespace trunkline::base
