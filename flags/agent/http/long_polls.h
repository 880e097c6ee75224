#pragma once

#include <list>
#include <mutex>
#include <string>

#include "base/core/metrics.h"
#include "base/http/reply.h"
#include "flags/agent/access/caller_shares.h"
#include "flags/agent/http/gate.h"

namespace trunkline::flags {

// Requests for a flag set that wait until it changes (`Prefer: wait=N`, RFC 7240). Thread-safe.
class LongPolls {
 public:
  static constexpr std::chrono::seconds kLongest{60};
  static constexpr size_t kMost = 10'000;
  static constexpr size_t kMostOfOne = 1'000;  // for each caller

  LongPolls(const Gate& gate, const base::Clock& clock, base::Metrics& metrics);

  // Answers `request` once the visitor's flags have another tag than it names, or after `wait`; at once where kMost
  // wait already, or kMostOfOne of this caller's, or it is closed.
  void hold(const base::Request& request, const Visit& visit, std::chrono::seconds wait, base::Reply reply);

  // Answers those for whom the new edition is new.
  void announce();
  // Answers those who have waited long enough, and lets go of those who have hung up; called now and then.
  void tick();
  // Answers all, and whoever comes later at once.
  void close();

 private:
  struct Waiting {
    base::Request asked;  // only what the answer depends on
    std::string caller;
    Visit visit;
    std::string preference;  // "wait=30"
    base::SteadyTime until;
    base::Reply reply;
  };
  template <typename Answer>
  void answer_each(Answer&& answer);
  base::Response response_to(const Waiting& waiting) const;

  const Gate& gate_;
  const base::Clock& clock_;
  base::Gauge clients_;
  std::mutex mutex_;
  std::list<Waiting> waiting_;
  CallerShares shares_{kMostOfOne};
  bool closed_ = false;
};

}  // namespace trunkline::flags
