#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/core/retry.h"
#include "base/http/client.h"
#include "flags/client/client.h"
#include "flags/definition/flag_set.h"
#include "flags/evaluation/current.h"

namespace trunkline::flags {

// Keeps a client's flags the agent's: one request a poll, answered 304 as long as nothing changed. Private to client/.
class Poller {
 public:
  Poller(ClientOptions options, std::unique_ptr<base::HttpClient> http);

  // Takes the flags on disk, if there are any.
  void load();
  // Asks the agent once; how long to wait until the next time. `random` in [0, 1).
  base::Millis poll(double random);

  // Thread-safe.
  const std::shared_ptr<const FlagSet>& flags() const noexcept { return flags_.get(); }
  ClientState state() const noexcept { return state_; }

 private:
  base::Result<> refresh();
  base::Result<> take(const std::string& document);

  ClientOptions options_;
  std::unique_ptr<base::HttpClient> http_;
  base::Backoff backoff_;
  std::string etag_;
  Current<FlagSet> flags_;
  std::atomic<ClientState> state_{ClientState::not_ready};
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
