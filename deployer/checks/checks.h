#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "deployer/checks/haproxy_checks.h"
#include "deployer/checks/instance_checks.h"
#include "deployer/checks/scrape_checks.h"
#include "ledger/revision.h"

namespace trunkline::deployer {

// Measures whatever a metric asks, of whoever it asks. Thread-safe, but for open().
class Checks {
 public:
  struct Setting {
    std::vector<Instance> instances;
    std::map<std::string, std::string> values;  // what placeholders in queries stand for
    std::filesystem::path folder;               // where exec runs: the rollout file's
    InstanceChecks::Observe observe = {};       // what the drivers know; without it nothing is known of instances
    std::vector<std::string> balancers = {};    // HAProxy's admin sockets
    std::vector<Server> servers = {};           // of the instances, in their order
    std::string host = {};                      // of the Host field in scrapes; "" for the instance's address
  };

  Checks(Setting setting, const std::vector<Metric>& metrics);

  // Begins a bake: what grows is counted from here.
  void open(const std::vector<int>& fresh, const std::vector<int>& stable, base::Millis now);

  // A value, missing where there is none (yet), an error where nobody could be asked.
  Measurement measure(const Query& query, base::Millis now);

  // The same, on both sides where the metric is compared. Texts are asked once a side.
  Measurement measure(const Metric& metric, base::Millis now);

 private:
  Measurement ask(Query query, const std::map<std::string, std::string>& values, base::Millis now);
  std::map<std::string, std::string> values_on(Side side) const;

  const Instance* next_fresh();  // of this bake, each in its turn

  Setting setting_;
  bool has_stable_ = false;  // in this bake
  std::vector<int> fresh_;
  std::atomic<size_t> turn_{0};
  ScrapeChecks scrape_;
  InstanceChecks instances_;
  HaproxyChecks haproxy_;
  const bool asks_haproxy_;
};

// What a query's placeholders stand for; `from` is absent on a first release, and its names then stand for "".
std::map<std::string, std::string> query_values(const std::string& service, const std::string& environment,
                                                const ledger::Revision& to,
                                                const std::optional<ledger::Revision>& from);

}  // namespace trunkline::deployer
