#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/core/clock.h"
#include "base/core/metrics.h"
#include "base/core/result.h"
#include "base/http/router.h"

namespace trunkline::shortener {

// A fault put in on purpose, for drills: every answer waits, or is an error, at this rate; or the service stops being
// ready while it goes on answering.
struct Fault {
  base::Millis latency{0};
  int status = 0;
  double rate = 0;                // 0 .. 1, of latency and status
  base::Millis unready_after{0};  // since the start

  bool operator==(const Fault&) const = default;
};

// "latency=400ms,rate=0.3", "status=500,rate=0.1" or "unready-after=5s"; Kind::usage with what was expected.
base::Result<Fault> parse_fault(std::string_view text);

// Answers given later, by one thread with a timer: no server thread waits. Thread-safe.
class DelayedReplies {
 public:
  DelayedReplies();
  ~DelayedReplies();  // gives what is still waiting at once
  DelayedReplies(const DelayedReplies&) = delete;

  void add(base::SteadyTime due, base::Reply reply, base::Response response);

 private:
  struct Delayed {
    base::Reply reply;
    base::Response response;
  };

  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<base::SteadyTime, Delayed> waiting_;
  bool ended_ = false;
  std::thread thread_;
};

// Puts faults into routes. An answer that met one says so in X-Fault: latency | status and counts in
// faults_injected_total{kind}. Thread-safe.
class Faults {
 public:
  // `random` gives numbers in [0, 1), on any server thread. `metrics` outlives this.
  Faults(std::vector<Fault> faults, std::function<double()> random, base::Metrics& metrics);

  // Kind::unavailable once a fault ended readiness.
  base::Result<> readiness() const;

  // `handler` with the faults; the handler itself where there are none. It must not outlive this.
  base::RouteHandler apply(base::RouteHandler handler);

 private:
  void handle(const base::RouteHandler& handler, const base::Request& request, const base::PathParameters& path,
              base::Reply reply);

  const base::SteadyTime begun_ = base::system_clock().steady();
  std::vector<Fault> faults_;
  std::function<double()> random_;
  base::Counter latency_count_;
  base::Counter status_count_;
  DelayedReplies delayed_;
};

}  // namespace trunkline::shortener
