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
    if (query != nullptr && query->side == side) queries.push_back(*query);
  }
  return queries;
}

}  // namespace

ScrapeChecks::ScrapeChecks(std::vector<Instance> instances, const std::vector<Metric>& metrics)
    : instances_(std::move(instances)),
      client_(base::make_http_client(kScrapeOptions)),
      fresh_series_(queries_on(Side::fresh, metrics)),
      stable_series_(queries_on(Side::stable, metrics)) {}

Result<std::vector<Sample>> ScrapeChecks::scrape(const Instance& instance) const {
  TRY_ASSIGN(const base::Response response, base::get(*client_, fmt::format("http://{}/metrics", instance.address())));
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

Measurement ScrapeChecks::measure(const ScrapeQuery& query, base::Millis now) {
  const std::scoped_lock lock(mutex_);
  const bool on_fresh = query.side == Side::fresh;
  const std::vector<int>& side = on_fresh ? fresh_ : stable_;
  Series& series = on_fresh ? fresh_series_ : stable_series_;
  if (side.empty()) return Measurement::missing(fmt::format("no instance is on the {} side", to_string(query.side)));
  for (const int index : side) {
    const Instance& instance = instances_[static_cast<size_t>(index)];
    auto samples = scrape(instance);
    if (!samples) return Measurement::error(fmt::format("{}: {}", instance.id, samples.error().message));
    series.add(instance.id, now, std::move(*samples));
  }
  return series.evaluate(query, now);
}

}  // namespace trunkline::deployer
