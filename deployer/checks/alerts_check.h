#pragma once

#include <string_view>

#include "deployer/engine/judge.h"
#include "deployer/plan/query.h"

namespace trunkline::deployer {

// How many alerts fire that have all the labels of the query; one that a person silenced, or that another one inhibits,
// does not count where Alertmanager is asked. An error where the server does not answer, or not as it should.
Measurement ask_alerts(const AlertsQuery& query);

// What the server's answer says. Pure.
Measurement read_alerts_answer(const AlertsQuery& query, int status, std::string_view body);

}  // namespace trunkline::deployer
