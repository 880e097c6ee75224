#pragma once

#include <string_view>

#include "deployer/engine/judge.h"
#include "deployer/plan/metric.h"

namespace trunkline::deployer {

// Asks a Prometheus server (/api/v1/query). Missing where the query has no result, one that is no number, or, with
// max_staleness, where it is a plain selector whose sample is older; an error where the server does not answer,
// refuses, or gives several series. max_staleness costs a second question.
Measurement ask_prometheus(const PrometheusQuery& query);

// What the server's answer says. Pure.
Measurement read_prometheus_answer(int status, std::string_view body);

}  // namespace trunkline::deployer
