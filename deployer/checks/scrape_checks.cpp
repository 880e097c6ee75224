#include "deployer/checks/scrape_checks.h"

#include <fmt/format.h>

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr base::ClientOptions kScrapeOptions{base::Millis{1000}, base::Millis{2000}, 16 * 1024 * 1024};

std::vector<ScrapeQuery> queries_on(Side side, const std::vector<Metric>& metrics) {
  std::vector<ScrapeQuery> queries;
  for (const Metric& metric : metrics) {
    const auto* query = std::get_if<ScrapeQuery>(&metric.query);
    if (query != nullptr && (query->side == side || metric.against)) queries.push_back(*query);
  }
  return queries;
}

}  // namespace

ScrapeChecks::ScrapeChecks(std::vector<Instance> instances, const std::vector<Metric>& metrics, std::string host)
    : instances_(std::move(instances)),
      host_(std::move(host)),
      client_(base::make_http_client(kScrapeOptions)),
      fresh_series_(queries_on(Side::fresh, metrics)),
      stable_series_(queries_on(Side::stable, metrics)) {}

Result<std::vector<Sample>> ScrapeChecks::scrape(const Instance& instance) const {
  TRY_ASSIGN(const base::Response response,
             base::get(*client_, fmt::format("http://{}/metrics", instance.address()), host_));
  if (response.status != 200) return fail(Kind::unavailable, fmt::format("/metrics answered {}", response.status));
  return parse_exposition(response.body);
}

void ScrapeChecks::open(const std::vector<int>& fresh, const std::vector<int>& stable, base::Millis now) {
  const std::scoped_lock lock(mutex_);
  fresh_ = fresh;
  stable_ = stable;
  for (const auto& [series, side] : {std::pair(&fresh_series_, &fresh_), std::pair(&stable_series_, &stable_)}) {
    series->clear();
    for (const int index : *side) {
      const Instance& instance = instances_[static_cast<size_t>(index)];
      if (auto samples = scrape(instance)) series->add(instance.id, now, std::move(*samples));
    }
  }
}

Measurement ScrapeChecks::measure_on(Side where, const ScrapeQuery& query, base::Millis now) {
  const bool on_fresh = where == Side::fresh;
  const std::vector<int>& side = on_fresh ? fresh_ : stable_;
  Series& series = on_fresh ? fresh_series_ : stable_series_;
  if (side.empty()) return Measurement::missing(fmt::format("no instance is on the {} side", to_string(where)));
  for (const int index : side) {
    const Instance& instance = instances_[static_cast<size_t>(index)];
    auto samples = scrape(instance);
    if (!samples) return Measurement::error(fmt::format("{}: {}", instance.id, samples.error().message));
    series.add(instance.id, now, std::move(*samples));
  }
  return series.evaluate(query, now);
}

Measurement ScrapeChecks::measure(const ScrapeQuery& query, base::Millis now) {
  const std::scoped_lock lock(mutex_);
  return measure_on(query.side, query, now);
}

Measurement ScrapeChecks::compare(const ScrapeQuery& query, bool counts_errors, base::Millis now) {
  const std::scoped_lock lock(mutex_);
  Measurement fresh = measure_on(Side::fresh, query, now);
  if (stable_.empty()) return Measurement::unopposed(std::move(fresh));
  const Measurement stable = measure_on(Side::stable, query, now);
  if (fresh.kind == Measurement::Kind::error || stable.kind == Measurement::Kind::error) {
    return Measurement::of_both(std::move(fresh), stable);
  }
  const auto of_fresh = fresh_series_.counts(query), of_stable = stable_series_.counts(query);
  if (of_stable && of_stable->requests == 0) return Measurement::unopposed(std::move(fresh));
  Measurement both = Measurement::of_both(std::move(fresh), stable);
  if (!counts_errors) return both;
  for (const auto& counts : {*of_fresh, *of_stable}) {
    if (counts.errors <= counts.requests) continue;
    return Measurement::error(
        fmt::format("{} grew more than {}, of which it must be a part", to_string(query.of), to_string(*query.over)));
  }
  if (both.kind == Measurement::Kind::value) both.counts = BothCounts{*of_fresh, *of_stable};
  return both;
}

}  // namespace trunkline::deployer
