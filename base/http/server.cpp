#include "base/http/server.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>
#include <vector>

#include "base/http/listen.h"
#include "base/http/session.h"

namespace trunkline::base {
namespace asio = boost::asio;
namespace {

constexpr Millis kSweepInterval{100};
constexpr Millis kStoppingLinger{500};
constexpr Millis kAcceptPause{100};

thread_local Worker* this_worker = nullptr;

}  // namespace

void Worker::run() {
  this_worker = this;
  schedule_sweep();
  context_.run();
  this_worker = nullptr;
}

bool Worker::is_this_thread() const {
  return this_worker == this;
}

void Worker::remove(Session* session) {
  sessions_.erase(session);
}

void Worker::schedule_sweep() {
  sweep_.expires_after(kSweepInterval);
  sweep_.async_wait([this](const boost::system::error_code& code) {
    if (code) return;
    sweep();
    schedule_sweep();
  });
}

void Worker::sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  const std::vector<Session*> sessions(sessions_.begin(), sessions_.end());  // closing one changes the set
  for (Session* session : sessions) session->shared_from_this()->check_deadline(now);
}

size_t Worker::close_all() {
  size_t busy = 0;
  const std::vector<Session*> sessions(sessions_.begin(), sessions_.end());
  for (Session* session : sessions) {
    if (session->is_at_work()) ++busy;
    session->shared_from_this()->close();
  }
  return busy;
}

void Worker::retire() {
  {
    const std::lock_guard lock(post_mutex_);
    retired_ = true;
  }
  context_.restart();
  context_.poll();
}

namespace {

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, asio::io_context::executor_type>;

class BeastServer final : public Server {
 public:
  BeastServer(ServerOptions options, Handler handler, ListenSocket socket)
      : is_unix_(socket.address().is_unix), address_(to_string(socket.address())), listen_(std::move(socket)) {
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
    const int family = is_unix_ ? AF_UNIX : listen_->address().host.find(':') != std::string::npos ? AF_INET6 : AF_INET;
    boost::system::error_code code;
    const int fd = ::dup(listen_->fd());  // the acceptor closes its own
    if (fd < 0) return fail(Kind::io, "cannot listen on " + address_ + ": out of file descriptors");
    acceptor_->assign(asio::generic::stream_protocol(family, 0), fd, code);
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
    Worker& worker = next_worker();
    acceptor_->async_accept(worker.context().get_executor(),
                            [this, &worker](const boost::system::error_code& code, StreamSocket socket) {
                              if (code == asio::error::operation_aborted || !acceptor_->is_open()) return;
                              if (code) return accept_later();
                              hand_over(worker, std::move(socket));
                              accept();
                            });
  }

  // Out of file descriptors, most likely: the connection stays in the queue.
  void accept_later() {
    retry_->expires_after(kAcceptPause);
    retry_->async_wait([this](const boost::system::error_code& code) {
      if (!code) accept();
    });
  }

  Worker& next_worker() { return *workers_[next_++ % workers_.size()]; }

  void hand_over(Worker& worker, StreamSocket socket) {
    boost::system::error_code ignored;
    if (!is_unix_) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    {
      const std::lock_guard lock(serving_->mutex);
      ++serving_->open;
    }
    const auto session = std::make_shared<Session>(worker.shared_from_this(), std::move(socket));
    if (worker.is_this_thread()) return session->start();
    worker.post([session] { session->start(); });
  }

  // Whoever is connected already, though not yet accepted, is still served.
  void close_acceptor() {
    for (;;) {
      Worker& worker = next_worker();
      boost::system::error_code code;
      StreamSocket socket = acceptor_->accept(worker.context().get_executor(), code);
      if (code) break;
      hand_over(worker, std::move(socket));
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
  const std::string address_;
  std::optional<ListenSocket> listen_;  // until it stops
  std::shared_ptr<Serving> serving_ = std::make_shared<Serving>();
  std::vector<std::shared_ptr<Worker>> workers_;
  std::optional<Acceptor> acceptor_;
  std::optional<asio::steady_timer> retry_;
  std::vector<std::thread> threads_;
  size_t next_ = 0;
  std::mutex stop_mutex_;
  std::optional<bool> ended_in_time_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  TRY_ASSIGN(const ListenAddress wanted, parse_listen_address(options.listen));
  TRY_ASSIGN(ListenSocket socket, ListenSocket::open(wanted));
  auto server = std::make_unique<BeastServer>(std::move(options), std::move(handler), std::move(socket));
  TRY(server->run());
  return server;
}

}  // namespace trunkline::base
