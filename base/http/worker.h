#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>

#include "base/http/server.h"

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): Boost's name
}

// Private to the server.
namespace trunkline::base {

class Session;

// What all threads of a server share.
struct Serving {
  ServerOptions options;
  Handler handler;
  std::atomic<bool> stopping{false};
  std::atomic<Millis> linger{Millis(0)};  // how long a quiet connection may still ask when stopping

  std::mutex mutex;
  std::condition_variable changed;
  size_t open = 0;  // sessions
};

// One thread's event loop and the sessions that belong to it. Everything but post() is called on its thread.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  explicit Worker(std::shared_ptr<Serving> serving);
  ~Worker();

  boost::asio::io_context& context() { return *context_; }
  Serving& serving() { return *serving_; }

  void run();  // until context().stop()
  bool is_this_thread() const;

  void add(Session* session) { sessions_.insert(session); }
  void remove(Session* session) { sessions_.erase(session); }

  // Ends what is late, and once the server stops what is idle.
  void sweep();
  // Closes every session; returns how many of them were at work.
  size_t close_all();

  // Runs `task` on this worker's thread. False, and the task is dropped, when the worker is gone. Thread-safe.
  bool post(std::function<void()> task);
  // After run() has returned: frees what was posted and refuses more.
  void retire();

 private:
  struct Timer;
  void schedule_sweep();

  std::unique_ptr<boost::asio::io_context> context_;
  std::shared_ptr<Serving> serving_;  // a late Reply may outlive the server
  std::unique_ptr<Timer> timer_;
  std::unordered_set<Session*> sessions_;
  std::mutex post_mutex_;
  bool retired_ = false;
};

}  // namespace trunkline::base
