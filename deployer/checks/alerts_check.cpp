#include "deployer/checks/alerts_check.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/http/client.h"

namespace trunkline::deployer {
namespace {

bool has_labels(const base::Json& alert, const std::map<std::string, std::string>& wanted) {
  const base::Json* labels = base::find(alert, "labels");
  return labels != nullptr && std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
           return base::string_or(*labels, label.first) == label.second;
         });
}

bool fires(const base::Json& alert, AlertsQuery::Api api) {
  if (api == AlertsQuery::Api::prometheus) return base::string_or(alert, "state") == "firing";
  const base::Json* status = base::find(alert, "status");
  return status != nullptr && base::string_or(*status, "state") == "active";
}

// The list of alerts; null where the answer is none.
const base::JsonArray* list_of(const base::Json& answer, AlertsQuery::Api api) {
  if (api == AlertsQuery::Api::alertmanager) return answer.if_array();
  const base::Json* data = base::find(answer, "data");
  const base::Json* alerts = data == nullptr ? nullptr : base::find(*data, "alerts");
  return alerts == nullptr ? nullptr : alerts->if_array();
}

}  // namespace

Measurement read_alerts_answer(const AlertsQuery& query, int status, std::string_view body) {
  if (status / 100 != 2) return Measurement::error(fmt::format("the server answered {}", status));
  const auto answer = base::parse_json(body);
  const base::JsonArray* alerts = answer ? list_of(*answer, query.api) : nullptr;
  if (alerts == nullptr) {
    return Measurement::error(
        fmt::format("the server's answer is no list of alerts as {} has it", to_string(query.api)));
  }
  const auto firing = std::count_if(alerts->begin(), alerts->end(), [&](const base::Json& alert) {
    return fires(alert, query.api) && has_labels(alert, query.match);
  });
  return Measurement::of(static_cast<double>(firing));
}

Measurement ask_alerts(const AlertsQuery& query) {
  const auto client = base::make_http_client({.connect_timeout = query.timeout, .timeout = query.timeout});
  const bool prometheus = query.api == AlertsQuery::Api::prometheus;
  const auto answer = base::get(*client, query.url + (prometheus ? "/api/v1/alerts" : "/api/v2/alerts?active=true"));
  if (!answer) return Measurement::error(answer.error().message);
  return read_alerts_answer(query, answer->status, answer->body);
}

}  // namespace trunkline::deployer
