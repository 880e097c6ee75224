#pragma once

#include <grpcpp/support/status.h>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/core/metrics.h"

namespace trunkline::flags {

// A stream to one client that is told of changes. Thread-safe.
class Stream {
 public:
  virtual ~Stream() = default;
  // Tells the client what it has not been told.
  virtual void push() = 0;
  // Ends it when what is on its way is gone.
  virtual void end(grpc::Status status) = 0;
};

// The streams that are open, of all services. Thread-safe.
class Streams {
 public:
  static constexpr size_t kMost = 10'000;

  explicit Streams(base::Metrics& metrics)
      : clients_(metrics.gauge("flag_agent_clients", "Clients that wait for a change.", {{"kind", "grpc"}})) {}

  // RESOURCE_EXHAUSTED where kMost are open, UNAVAILABLE once it is closed.
  grpc::Status add(std::shared_ptr<Stream> stream);
  void remove(const Stream& stream);

  void announce();
  // Ends all, and lets no more in.
  void close();

 private:
  std::vector<std::shared_ptr<Stream>> open();

  base::Gauge clients_;
  std::mutex mutex_;
  std::unordered_map<const Stream*, std::shared_ptr<Stream>> streams_;
  bool closed_ = false;
};

}  // namespace trunkline::flags
