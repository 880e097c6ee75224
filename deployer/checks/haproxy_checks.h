#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "deployer/checks/traffic_tally.h"
#include "deployer/dial/dial.h"
#include "deployer/engine/judge.h"

namespace trunkline::deployer {

// The haproxy provider: what the balancers count of the servers of each side, and of a backend that is that side's own,
// all balancers taken together. One that
// does not answer is left out, for it answers no users; an error where none does. Thread-safe.
class HaproxyChecks {
 public:
  // As ask_haproxy().
  using Ask = std::function<base::Result<std::string>(const std::string& endpoint, const std::string& command)>;

  // `servers` are those of the places, by their numbers; none where there is no balancer.
  HaproxyChecks(std::vector<std::string> endpoints, std::vector<Server> servers, Ask ask);
  HaproxyChecks(std::vector<std::string> endpoints, std::vector<Server> servers);

  // Begins a bake. What a balancer that does not answer now counts is counted from its first answer on.
  void open(const std::vector<int>& fresh, const std::vector<int>& stable);

  // Missing where the side has no server or, but for connection errors, too few answers since the bake began.
  Measurement measure(const HaproxyQuery& query);

  // The same on both sides. Alone where no stable server serves, or none had a request since the bake began.
  Measurement compare(const HaproxyQuery& query);

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // endpoint, backend, server

  base::Result<> look();
  base::Result<> look_at(const std::string& endpoint, const std::vector<std::string>& backends);
  bool is_known(const Server& server) const;
  template <typename Visit>
  void each(const std::vector<int>& side, Visit visit) const;
  Counts counts(const std::vector<int>& side) const;
  // Requests that HAProxy answered with a 5xx of its own, as it found no server for them: they stand in the row of the
  // backend alone. None of a backend that both sides have, where nobody can tell whose they are.
  int64_t unserved(const std::vector<int>& side) const;
  int64_t unserved(const std::string& endpoint, const std::string& backend) const;
  Measurement value(const HaproxyQuery& query, const std::vector<int>& side) const;

  const std::vector<std::string> endpoints_;
  const std::vector<Server> servers_;
  const Ask ask_;
  std::mutex mutex_;  // over all below
  std::vector<int> fresh_, stable_;
  std::map<Key, TrafficTally> tallies_;
};

}  // namespace trunkline::deployer
