#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/core/retry.h"
#include "base/http/client.h"
#include "flags/client/client.h"
#include "flags/client/client_store.h"

namespace trunkline::flags {

// Keeps a client's flags the agent's. It asks with the ETag of what it has; an agent that knows `Prefer: wait` (RFC
// 7240) answers when something changed or the time is over, any other is asked every poll interval. One thread but for
// cancel(). Private to client/.
class Poller {
 public:
  // `store` and `clock` outlive this.
  Poller(ClientOptions options, ClientStore& store, std::unique_ptr<base::HttpClient> http,
         const base::Clock& clock = base::system_clock());

  // Takes the flags on disk, if there are any.
  void load();
  // Asks the agent once; how long to wait until the next time. `random` in [0, 1).
  base::Millis poll(double random);
  // Ends a poll() that is under way in another thread, and all later ones, without a change of the status.
  void cancel() { http_->cancel(); }

 private:
  base::Millis pause(bool may_wait_next, base::SteadyTime asked, double random) const;
  base::Request next_request(bool may_wait) const;
  base::Result<> take(const base::Response& response);
  void save(const std::string& document) const;
  void lose(const base::Error& error);

  ClientOptions options_;
  ClientStore& store_;
  std::unique_ptr<base::HttpClient> http_;
  const base::Clock& clock_;
  base::Backoff backoff_;
  std::string etag_;
  bool in_touch_ = false;  // the last answer was a good one
};

// Runs a poller until it is destroyed.
class PollerThread {
 public:
  explicit PollerThread(Poller& poller);
  ~PollerThread();

 private:
  void run();

  Poller& poller_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace trunkline::flags
