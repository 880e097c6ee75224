#include "shortener/store/measured_store.h"

namespace trunkline::shortener {
namespace {

base::Histogram histogram(base::Metrics& metrics, const char* query) {
  static const std::vector<double> bounds = {0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                             0.005,   0.01,     0.025,   0.05,   0.1,     0.5,    1,     5};
  return metrics.histogram("store_query_duration_seconds", "Time of one query to the store.", bounds,
                           {{"query", query}});
}

template <typename Query>
auto measured(base::Histogram& histogram, Query query) {
  const auto start = std::chrono::steady_clock::now();
  auto result = query();
  histogram.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return result;
}

}  // namespace

MeasuredStore::MeasuredStore(std::unique_ptr<LinkStore> store, base::Metrics& metrics)
    : store_(std::move(store)),
      find_(histogram(metrics, "find")),
      add_(histogram(metrics, "add")),
      number_(histogram(metrics, "next_number")),
      check_(histogram(metrics, "check")) {}

base::Result<Link> MeasuredStore::find(std::string_view code) {
  return measured(find_, [&] { return store_->find(code); });
}

base::Result<> MeasuredStore::add(const Link& link, const KeepWaiting& keep_waiting) {
  return measured(add_, [&] { return store_->add(link, keep_waiting); });
}

base::Result<std::uint64_t> MeasuredStore::next_number(const KeepWaiting& keep_waiting) {
  return measured(number_, [&] { return store_->next_number(keep_waiting); });
}

base::Result<> MeasuredStore::check() {
  return measured(check_, [&] { return store_->check(); });
}

base::Result<std::unique_ptr<BulkWriter>> MeasuredStore::bulk_writer() {
  return store_->bulk_writer();
}

}  // namespace trunkline::shortener
