#pragma once

#include <cstdint>
#include <optional>

#include "deployer/dial/haproxy_answers.h"
#include "deployer/statistics/sequential_test.h"

namespace trunkline::deployer {

// What a balancer counted for one server since a bake began. A counter that fell was begun anew, by a restart or a
// reload of the balancer. Pure.
class TrafficTally {
 public:
  explicit TrafficTally(const HaproxyTraffic& begin) : last_(begin), average_(begin) {}

  void add(const HaproxyTraffic& now);

  // Requests, answered or not; those that were not, or with a 5xx, are errors.
  Counts counts() const;
  int64_t server_errors() const { return growth_.server_errors; }  // answers with a 5xx
  int64_t connection_errors() const { return growth_.connection_errors; }

  // The average of the answers since the bake began. The balancer's own average has those before in it, which are
  // taken out; while they are most of it, its whole milliseconds are too coarse for that, and there is none.
  std::optional<double> response_ms() const;

 private:
  HaproxyTraffic last_, growth_;
  HaproxyTraffic average_;     // where the average is counted from: the begin, or nothing after a restart
  int64_t answers_since_ = 0;  // the answers behind it
};

}  // namespace trunkline::deployer
