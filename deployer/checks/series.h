#pragma once

#include <deque>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "deployer/checks/exposition.h"
#include "deployer/engine/judge.h"
#include "deployer/plan/metric.h"

namespace trunkline::deployer {

// A selector made ready for many samples.
class Matcher {
 public:
  explicit Matcher(Selector selector);
  bool matches(const Sample& sample) const;

 private:
  Selector selector_;
  std::vector<std::regex> patterns_;
};

// What was scraped of some instances during one bake, and the closed form of the scrape provider over it. Pure: times
// are given. Not thread-safe.
class Series {
 public:
  // Only what these queries look at is kept, and only as long as their longest window needs it.
  explicit Series(const std::vector<ScrapeQuery>& queries);

  void clear();
  void add(const std::string& instance, base::Millis at, std::vector<Sample> samples);

  // The query's result over the window that ends at `now` and begins with the last scrape before it, all instances
  // taken together: growth is summed over instances, a counter that fell was begun anew (as Prometheus' increase() has
  // it, without its extrapolation). Missing if no series matches or nothing grew where something must. The
  // samples of a ratio and of a quantile are its requests since the first scrape, not only in the window.
  Measurement evaluate(const ScrapeQuery& query, base::Millis now) const;

  // Of a ratio: its requests and errors since the first scrape; of a quantile: its requests. Absent for other forms.
  std::optional<Counts> counts(const ScrapeQuery& query) const;

 private:
  struct Scrape {
    base::Millis at;
    std::vector<Sample> samples;
  };
  // Growth of all series that match, by the value of their label `le` ("" where they have none).
  struct Growth {
    std::map<std::string, double> by_le;
    base::Millis span{0};  // between the first and the last scrape used
    bool matched = false;

    double total() const;
  };

  // What a selector of a ratio grew by since the first scrape of each instance.
  struct Total {
    Matcher matcher;
    double growth = 0;
  };

  void count(const Selector& selector);
  static Selector requests_of(const ScrapeQuery& query);
  double total(const Selector& selector) const;
  static double growth_between(const Scrape& before, const std::vector<Sample>& now, const Matcher& matcher);
  Growth growth(const Selector& selector, base::Millis window, base::Millis now) const;
  Measurement last_value(const Selector& selector) const;
  static Measurement quantile(double q, const Growth& buckets);

  std::set<std::string> names_;
  base::Millis longest_{0};
  std::map<std::string, std::deque<Scrape>> by_instance_;
  std::map<std::string, Total> totals_;  // by the selector's text
};

}  // namespace trunkline::deployer
