#pragma once

#include <optional>

#include "deployer/plan/fields.h"
#include "deployer/plan/query.h"

namespace trunkline::deployer {

// Of a template's `provider`: what its metrics' `query` is asked of.
base::Result<std::optional<PrometheusQuery>> read_provider(const Fields& fields);

// Whom metrics can ask, beside those that they name themselves.
struct Askable {
  std::optional<PrometheusQuery> prometheus;  // the template's
  bool balancers = false;                     // the file has `traffic`
};

// What a metric asks: just one of its keys says so.
base::Result<Query> read_query(const Fields& metric, const Askable& askable);

}  // namespace trunkline::deployer
