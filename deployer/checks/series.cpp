#include "deployer/checks/series.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <limits>

namespace trunkline::deployer {
namespace {

constexpr const char* kBuckets = "_bucket";

double bound_of(const std::string& le) {
  return le == "+Inf" ? std::numeric_limits<double>::infinity() : std::strtod(le.c_str(), nullptr);
}

// A counter that fell was begun anew.
double step(double from, double to) {
  return to >= from ? to - from : to;
}

}  // namespace

Matcher::Matcher(Selector selector) : selector_(std::move(selector)) {
  for (const auto& matcher : selector_.matchers) {
    patterns_.emplace_back(matcher.is_regex ? matcher.value : "", std::regex::ECMAScript | std::regex::optimize);
  }
}

bool Matcher::matches(const Sample& sample) const {
  if (sample.name != selector_.name) return false;
  for (size_t i = 0; i < selector_.matchers.size(); ++i) {
    const auto& matcher = selector_.matchers[i];
    const auto label = sample.labels.find(matcher.label);
    const std::string value = label == sample.labels.end() ? "" : label->second;
    if (matcher.is_regex ? !std::regex_match(value, patterns_[i]) : value != matcher.value) return false;
  }
  return true;
}

Series::Series(const std::vector<ScrapeQuery>& queries) {
  for (const ScrapeQuery& query : queries) {
    names_.insert(query.form == ScrapeQuery::Form::quantile ? query.of.name + kBuckets : query.of.name);
    if (query.over) {
      names_.insert(query.over->name);
      count(query.of);
    }
    if (query.over || query.form == ScrapeQuery::Form::quantile) count(requests_of(query));
    longest_ = std::max(longest_, query.window);
  }
}

// What a ratio is over; of a histogram the bucket that holds all.
Selector Series::requests_of(const ScrapeQuery& query) {
  if (query.over) return *query.over;
  Selector all = query.of;
  all.name += kBuckets;
  all.matchers.push_back({"le", "+Inf"});
  return all;
}

std::optional<Counts> Series::counts(const ScrapeQuery& query) const {
  const bool ratio = query.form == ScrapeQuery::Form::ratio;
  if (!ratio && query.form != ScrapeQuery::Form::quantile) return std::nullopt;
  return Counts{std::llround(total(requests_of(query))), ratio ? std::llround(total(query.of)) : 0};
}

void Series::count(const Selector& selector) {
  totals_.try_emplace(to_string(selector), Total{Matcher(selector)});
}

double Series::total(const Selector& selector) const {
  const auto found = totals_.find(to_string(selector));
  return found == totals_.end() ? 0 : found->second.growth;
}

void Series::clear() {
  by_instance_.clear();
  for (auto& [text, total] : totals_) total.growth = 0;
}

void Series::add(const std::string& instance, base::Millis at, std::vector<Sample> samples) {
  std::erase_if(samples, [this](const Sample& sample) { return !names_.contains(sample.name); });
  auto& scrapes = by_instance_[instance];
  for (auto& [text, total] : totals_) {
    if (!scrapes.empty()) total.growth += growth_between(scrapes.back(), samples, total.matcher);
  }
  scrapes.push_back({at, std::move(samples)});
  // One from before the window stays: the window's growth is counted from it.
  while (scrapes.size() > 1 && scrapes[1].at + longest_ <= at) scrapes.pop_front();
}

double Series::growth_between(const Scrape& before, const std::vector<Sample>& now, const Matcher& matcher) {
  std::map<std::map<std::string, std::string>, double> last;
  for (const Sample& sample : before.samples) {
    if (matcher.matches(sample)) last[sample.labels] = sample.value;
  }
  double growth = 0;
  for (const Sample& sample : now) {
    if (matcher.matches(sample)) growth += step(last[sample.labels], sample.value);
  }
  return growth;
}

double Series::Growth::total() const {
  double sum = 0;
  for (const auto& [le, value] : by_le) sum += value;
  return sum;
}

Series::Growth Series::growth(const Selector& selector, base::Millis window, base::Millis now) const {
  const Matcher matcher(selector);
  Growth growth;
  for (const auto& [instance, scrapes] : by_instance_) {
    std::map<std::map<std::string, std::string>, double> last;
    bool first = true;
    base::Millis begin{0};
    for (size_t i = 0; i < scrapes.size(); ++i) {
      const Scrape& scrape = scrapes[i];
      if (i + 1 < scrapes.size() && scrapes[i + 1].at + window <= now) continue;
      if (first) begin = scrape.at;
      growth.span = std::max(growth.span, scrape.at - begin);
      for (const Sample& sample : scrape.samples) {
        if (!matcher.matches(sample)) continue;
        growth.matched = true;
        // A series that appears later began at nothing: its first request made it.
        const auto before = last.find(sample.labels);
        const double from = before == last.end() ? (first ? sample.value : 0) : before->second;
        const auto le = sample.labels.find("le");
        growth.by_le[le == sample.labels.end() ? "" : le->second] += step(from, sample.value);
        last[sample.labels] = sample.value;
      }
      first = false;
    }
  }
  return growth;
}

Measurement Series::last_value(const Selector& selector) const {
  const Matcher matcher(selector);
  double sum = 0;
  bool matched = false;
  for (const auto& [instance, scrapes] : by_instance_) {
    if (scrapes.empty()) continue;
    for (const Sample& sample : scrapes.back().samples) {
      if (!matcher.matches(sample)) continue;
      sum += sample.value;
      matched = true;
    }
  }
  return matched ? Measurement::of(sum) : Measurement::missing("no series matches " + to_string(selector));
}

// As Prometheus' histogram_quantile: linear within the bucket; in the last one the bound below it.
Measurement Series::quantile(double q, const Growth& growth) {
  std::vector<std::pair<double, double>> buckets;  // upper bound, cumulative count
  for (const auto& [le, count] : growth.by_le) buckets.emplace_back(bound_of(le), count);
  std::sort(buckets.begin(), buckets.end());
  if (buckets.size() < 2 || !std::isinf(buckets.back().first)) return Measurement::missing("no +Inf bucket");
  const double total = buckets.back().second;
  if (!(total > 0)) return Measurement::missing("no requests in the window");
  const double rank = q * total;
  double lower = 0, below = 0;
  for (const auto& [bound, count] : buckets) {
    if (count >= rank && std::isinf(bound)) return Measurement::of(lower);
    if (count >= rank) return Measurement::of(lower + (bound - lower) * (rank - below) / (count - below));
    lower = bound;
    below = count;
  }
  return Measurement::of(lower);
}

Measurement Series::evaluate(const ScrapeQuery& query, base::Millis now) const {
  if (query.form == ScrapeQuery::Form::value) return last_value(query.of);
  Selector selector = query.of;
  if (query.form == ScrapeQuery::Form::quantile) selector.name += kBuckets;
  const Growth of = growth(selector, query.window, now);
  switch (query.form) {
    case ScrapeQuery::Form::value:
      break;
    case ScrapeQuery::Form::rate:
      if (!of.matched) return Measurement::missing("no series matches " + to_string(selector));
      if (of.span.count() == 0) return Measurement::missing("a rate needs two scrapes");
      return Measurement::of(of.total() * 1000 / static_cast<double>(of.span.count()));
    case ScrapeQuery::Form::ratio: {
      // Nothing of `of` is a ratio of 0 (no error yet); nothing of `over` is no data.
      const Growth over = growth(*query.over, query.window, now);
      if (!(over.total() > 0)) return Measurement::missing(fmt::format("{} did not grow", to_string(*query.over)));
      return Measurement::of(of.total() / over.total(), std::llround(total(requests_of(query))));
    }
    case ScrapeQuery::Form::quantile: {
      if (!of.matched) return Measurement::missing("no series matches " + to_string(selector));
      Measurement measured = quantile(query.q, of);
      measured.samples = std::llround(total(requests_of(query)));
      return measured;
    }
  }
  return Measurement::missing("no result");
}

}  // namespace trunkline::deployer
