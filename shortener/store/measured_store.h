#pragma once

#include "base/core/metrics.h"
#include "shortener/store/link_store.h"

namespace trunkline::shortener {

// A store that measures another: store_query_duration_seconds{query}.
class MeasuredStore final : public LinkStore {
 public:
  // `metrics` outlives this.
  MeasuredStore(std::unique_ptr<LinkStore> store, base::Metrics& metrics);

  base::Result<Link> find(std::string_view code) override;
  base::Result<> add(const Link& link, const KeepWaiting& keep_waiting) override;
  base::Result<std::uint64_t> next_number(const KeepWaiting& keep_waiting) override;
  base::Result<> check() override;
  base::Result<std::unique_ptr<BulkWriter>> bulk_writer() override;

 private:
  std::unique_ptr<LinkStore> store_;
  base::Histogram find_;
  base::Histogram add_;
  base::Histogram number_;
  base::Histogram check_;
};

}  // namespace trunkline::shortener
