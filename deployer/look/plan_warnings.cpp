#include "deployer/look/plan_warnings.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <set>
#include <variant>

#include "deployer/dial/dial.h"
#include "deployer/look/occupancy.h"

namespace trunkline::deployer {
using base::Millis;
using base::Result;

namespace {

// "1h30m" as Prometheus reads it; 0 for anything else.
Millis promql_duration(std::string_view text) {
  constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
  int64_t total = 0;
  while (!text.empty()) {
    int64_t value = 0;
    size_t digits = 0;
    for (; digits < text.size() && digits < 12 && std::isdigit(static_cast<unsigned char>(text[digits])); ++digits)
      value = value * 10 + (text[digits] - '0');
    text.remove_prefix(digits);
    if (digits == 0) return Millis{0};
    int64_t unit = 0;
    for (const auto& [name, length] :
         {std::pair{"ms", int64_t{1}}, std::pair{"s", kSecond}, std::pair{"m", kMinute}, std::pair{"h", kHour},
          std::pair{"d", kDay}, std::pair{"w", 7 * kDay}, std::pair{"y", 365 * kDay}}) {
      if (unit != 0 || !text.starts_with(name)) continue;
      unit = length;
      text.remove_prefix(std::string_view(name).size());
    }
    if (unit == 0) return Millis{0};
    total += value * unit;
  }
  return Millis{total};
}

// The metrics that are judged in some bake, and the shortest bake.
std::set<int> judged(const Plan& plan, Millis& shortest) {
  std::set<int> metrics;
  shortest = Millis::max();
  for (const Step& step : plan.steps) {
    const auto* bake = std::get_if<step::Bake>(&step);
    if (bake == nullptr) continue;
    metrics.insert(plan.analysis.background.begin(), plan.analysis.background.end());
    metrics.insert(bake->metrics.begin(), bake->metrics.end());
    shortest = std::min(shortest, bake->length);
  }
  return metrics;
}

// Addresses are used again, so that a query by them sees what ran there before.
void warn_of_ranges(const Plan& plan, std::vector<std::string>& warnings) {
  Millis shortest{0};
  for (const int index : judged(plan, shortest)) {
    const Metric& metric = plan.analysis.metrics[static_cast<size_t>(index)];
    const auto* query = std::get_if<PrometheusQuery>(&metric.query);
    const Millis range = query == nullptr ? Millis{0} : longest_range(query->text);
    if (range <= metric.initial_delay) continue;
    warnings.push_back(fmt::format(
        "metric {}: its query looks back {}, and is first asked {} after a bake began: until {} have passed it also "
        "sees "
        "what ran before at the same addresses. Set initialDelay: {}{}",
        metric.name, base::format_duration(range), base::format_duration(metric.initial_delay),
        base::format_duration(range), base::format_duration(range),
        shortest < range
            ? fmt::format(", and let bakes take longer than that (one takes {})", base::format_duration(shortest))
            : ""));
  }
}

void warn_of_shell_words(const Rollout& rollout, std::vector<std::string>& warnings) {
  for (const std::string& word : rollout.command) {
    if (word.size() < 2 || word[0] != '$') continue;
    warnings.push_back(
        fmt::format("targets.command: \"{}\" goes to the program as it is, for no shell reads it; for the "
                    "instance's port write {{{{instance.port}}}}",
                    word));
  }
}

void add_error(const Result<>& checked, std::vector<std::string>& warnings) {
  if (!checked) warnings.push_back("run would refuse: " + to_string(checked.error()));
}

}  // namespace

Millis longest_range(std::string_view promql) {
  Millis longest{0};
  char quote = 0;
  for (size_t at = 0; at < promql.size(); ++at) {
    const char c = promql[at];
    if (quote != 0) {
      if (c == '\\' && quote != '`') ++at;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '[') {
      const std::string_view inside = promql.substr(at + 1, promql.find_first_of(":]", at) - at - 1);
      std::string word(inside);
      std::erase_if(word, [](unsigned char space) { return std::isspace(space); });
      longest = std::max(longest, promql_duration(word));
    }
  }
  return longest;
}

std::vector<std::string> warnings_of(const Rollout& rollout, const Plan& plan) {
  std::vector<std::string> warnings;
  warn_of_ranges(plan, warnings);
  warn_of_shell_words(rollout, warnings);
  return warnings;
}

std::vector<std::string> plan_warnings(const Prepared& prepared, const Plan& plan, const ServiceFolder& folder) {
  const Rollout& rollout = prepared.rollout;
  std::vector<std::string> warnings = warnings_of(rollout, plan);
  add_error(check_local(rollout), warnings);
  const auto views = make_dial(rollout)->read(servers_of(rollout));
  if (!views) {
    warnings.push_back("run would refuse: " + to_string(views.error()));
  } else if (!plan.from) {
    add_error(check_nobody_served(rollout, *views), warnings);
  }
  add_error(check_free(rollout, plan, ProcessDriver(folder, "/proc/self/exe")), warnings);
  return warnings;
}

}  // namespace trunkline::deployer
