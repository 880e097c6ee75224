#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/http/client.h"
#include "deployer/checks/series.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// The scrape provider: reads the instances' own /metrics. Thread-safe.
class ScrapeChecks {
 public:
  ScrapeChecks(std::vector<Instance> instances, const std::vector<Metric>& metrics, std::string host = "");

  // Begins a bake: from now on growth is counted from here. An instance that cannot be scraped now is counted from its
  // first scrape on. `now` is the rollout's own time.
  void open(const std::vector<int>& fresh, const std::vector<int>& stable, base::Millis now);

  // Scrapes the query's side and evaluates. An instance that does not answer makes the measurement an error: its
  // requests would be missing from both halves of every ratio.
  Measurement measure(const ScrapeQuery& query, base::Millis now);

  // The same on both sides, without a look at the query's. Alone where no stable instance serves, or none of its users
  // made a request since the bake began (a ratio's or a quantile's). `counts_errors`: of a ratio that is one of errors
  // its counts, too; more errors than requests are an error.
  Measurement compare(const ScrapeQuery& query, bool counts_errors, base::Millis now);

 private:
  // Measured on one side; the caller holds the mutex.
  Measurement measure_on(Side side, const ScrapeQuery& query, base::Millis now);
  base::Result<std::vector<Sample>> scrape(const Instance& instance) const;

  const std::vector<Instance> instances_;
  const std::string host_;
  const std::unique_ptr<base::HttpClient> client_;
  std::mutex mutex_;
  std::vector<int> fresh_, stable_;
  Series fresh_series_, stable_series_;
};

}  // namespace trunkline::deployer
