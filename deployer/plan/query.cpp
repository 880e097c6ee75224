#include "deployer/plan/query.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/core/overloaded.h"

namespace trunkline::deployer {

std::string_view to_string(Side side) {
  return kSides.word_for(side);
}

std::string to_string(const ScrapeQuery& query) {
  const auto over_window = [&](std::string form) {
    return fmt::format("{} over {} on the {} side", form, base::format_duration(query.window), to_string(query.side));
  };
  switch (query.form) {
    case ScrapeQuery::Form::value:
      return fmt::format("{} on the {} side", to_string(query.of), to_string(query.side));
    case ScrapeQuery::Form::rate:
      return over_window("rate of " + to_string(query.of));
    case ScrapeQuery::Form::ratio:
      return over_window(fmt::format("{} / {}", to_string(query.of), to_string(*query.over)));
    case ScrapeQuery::Form::quantile:
      return over_window(fmt::format("quantile {} of {}", query.q, to_string(query.of)));
  }
  return "";
}

std::string_view to_string(HaproxyQuery::Of of) {
  return kHaproxyCounts.word_for(of);
}

std::string_view to_string(AlertsQuery::Api api) {
  return kAlertsApis.word_for(api);
}

namespace {

std::vector<std::string*> pointers_to(std::vector<std::string>& words) {
  std::vector<std::string*> pointers;
  for (std::string& word : words) pointers.push_back(&word);
  return pointers;
}

std::string alerts_text(const AlertsQuery& query) {
  std::string labels;
  for (const auto& [label, value] : query.match) {
    labels += fmt::format("{}{}=\"{}\"", labels.empty() ? "" : ",", label, value);
  }
  return fmt::format("alerts {{{}}} that fire at {}", labels, query.url);
}

}  // namespace

std::string to_string(const Query& query) {
  return std::visit(
      base::Overloaded{
          [](const ScrapeQuery& scrape) { return to_string(scrape); },
          [](const PrometheusQuery& prometheus) { return fmt::format("{} at {}", prometheus.text, prometheus.url); },
          [](const HttpQuery& http) {
            return fmt::format("{}{}", http.url, http.pointer.empty() ? "" : " " + http.pointer);
          },
          [](const ExecQuery& exec) { return fmt::format("{}", fmt::join(exec.command, " ")); },
          [](const SyntheticQuery& synthetic) { return fmt::format("{}", fmt::join(synthetic.command, " ")); },
          [](const AlertsQuery& alerts) { return alerts_text(alerts); },
          [](const HaproxyQuery& haproxy) {
            return fmt::format("{} at HAProxy on the {} side", to_string(haproxy.of), to_string(haproxy.side));
          },
          [](const InstancesQuery& instances) {
            return fmt::format("restarts of instances and instances that do not run, on the {} side",
                               to_string(instances.side));
          },
      },
      query);
}

std::vector<std::string*> texts_of(Query& query) {
  return std::visit(base::Overloaded{
                        [](ScrapeQuery&) { return std::vector<std::string*>{}; },
                        [](PrometheusQuery& prometheus) { return std::vector{&prometheus.text}; },
                        [](HttpQuery& http) { return std::vector{&http.url}; },
                        [](ExecQuery& exec) { return pointers_to(exec.command); },
                        [](SyntheticQuery& synthetic) { return pointers_to(synthetic.command); },
                        [](AlertsQuery& alerts) {
                          std::vector<std::string*> texts{&alerts.url};
                          for (auto& [label, value] : alerts.match) texts.push_back(&value);
                          return texts;
                        },
                        [](InstancesQuery&) { return std::vector<std::string*>{}; },
                        [](HaproxyQuery&) { return std::vector<std::string*>{}; },
                    },
                    query);
}

}  // namespace trunkline::deployer
