#include "deployer/checks/checks.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/overloaded.h"
#include "deployer/checks/alerts_check.h"
#include "deployer/checks/exec_check.h"
#include "deployer/checks/http_check.h"
#include "deployer/checks/prometheus_check.h"
#include "deployer/checks/synthetic_check.h"
#include "deployer/plan/placeholders.h"

namespace trunkline::deployer {

Checks::Checks(Setting setting, const std::vector<Metric>& metrics)
    : setting_(std::move(setting)),
      scrape_(setting_.instances, metrics, setting_.host),
      instances_(setting_.instances, setting_.observe),
      haproxy_(setting_.balancers, setting_.servers),
      asks_haproxy_(
          std::any_of(metrics.begin(), metrics.end(), [](const Metric& m) { return m.asks<HaproxyQuery>(); })) {}

void Checks::open(const std::vector<int>& fresh, const std::vector<int>& stable, base::Millis now) {
  has_stable_ = !stable.empty();
  fresh_ = fresh;
  scrape_.open(fresh, stable, now);
  instances_.open(fresh, stable);
  if (asks_haproxy_) haproxy_.open(fresh, stable);
}

std::map<std::string, std::string> Checks::values_on(Side side) const {
  std::map<std::string, std::string> values = setting_.values;
  const std::string of = side == Side::fresh ? "revision." : "stable.";
  for (const char* name : {"version", "digest"}) values[fmt::format("side.{}", name)] = values[of + name];
  return values;
}

Measurement Checks::measure(const Query& query, base::Millis now) {
  return ask(query, setting_.values, now);
}

Measurement Checks::measure(const Metric& metric, base::Millis now) {
  if (!metric.against) return measure(metric.query, now);
  if (const auto* scrape = std::get_if<ScrapeQuery>(&metric.query)) {
    return scrape_.compare(*scrape, metric.against->test == Against::Test::sequential, now);
  }
  if (const auto* haproxy = std::get_if<HaproxyQuery>(&metric.query)) return haproxy_.compare(*haproxy);
  Measurement fresh = ask(metric.query, values_on(Side::fresh), now);
  if (!has_stable_) return Measurement::unopposed(std::move(fresh));
  return Measurement::of_both(std::move(fresh), ask(metric.query, values_on(Side::stable), now));
}

const Instance* Checks::next_fresh() {
  if (fresh_.empty()) return nullptr;
  return &setting_.instances[static_cast<size_t>(fresh_[turn_++ % fresh_.size()])];
}

Measurement Checks::ask(Query filled, const std::map<std::string, std::string>& values, base::Millis now) {
  for (std::string* text : texts_of(filled)) *text = substitute(*text, values);
  return std::visit(base::Overloaded{
                        [&](const ScrapeQuery& scrape) { return scrape_.measure(scrape, now); },
                        [](const PrometheusQuery& prometheus) { return ask_prometheus(prometheus); },
                        [](const HttpQuery& http) { return ask_http(http); },
                        [&](const ExecQuery& exec) { return ask_program(exec, setting_.folder); },
                        [&](const SyntheticQuery& synthetic) {
                          const Instance* instance = next_fresh();
                          if (instance == nullptr) return Measurement::missing("no instance is on the new side");
                          return run_synthetic(synthetic, setting_.folder, *instance);
                        },
                        [](const AlertsQuery& alerts) { return ask_alerts(alerts); },
                        [&](const HaproxyQuery& haproxy) { return haproxy_.measure(haproxy); },
                        [&](const InstancesQuery& instances) { return instances_.measure(instances); },
                    },
                    filled);
}

std::map<std::string, std::string> query_values(const std::string& service, const std::string& environment,
                                                const ledger::Revision& to,
                                                const std::optional<ledger::Revision>& from) {
  return {{"revision.version", to.version},
          {"revision.digest", to.digest},
          {"revision.commit", to.commit},
          {"stable.version", from ? from->version : ""},
          {"stable.digest", from ? from->digest : ""},
          {"service", service},
          {"environment", environment}};
}

}  // namespace trunkline::deployer
