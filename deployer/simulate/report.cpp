#include "deployer/simulate/report.h"

#include <fmt/format.h>

#include "base/cli/terminal.h"

namespace trunkline::deployer {
using base::JsonArray;
using base::JsonObject;

namespace {

base::Result<Scenario> draw(uint64_t seed, const Rollout* file) {
  if (file != nullptr) return draw_scenario(seed, *file);
  return draw_scenario(seed);
}

void count(const Scenario& scenario, const Simulated& simulated, SimulationReport& report) {
  ++report.rollouts;
  report.records += simulated.records;
  ++report.by_outcome[simulated.ended];
  for (size_t i = 0; i < scenario.faults.size(); ++i) {
    if (!simulated.begun[i]) continue;
    const std::string fault(to_string(scenario.faults[i].kind));
    ++report.by_fault[{scenario.plan.strategy, fault}][simulated.ended];
  }
}

SimulationReport::Broken broken_by(const Scenario& scenario, Sabotage sabotage) {
  const Simulated told = simulate(minimal(scenario, sabotage), sabotage, true);
  return {scenario.seed, told.violations.front(), told.story};
}

}  // namespace

std::vector<std::string> SimulationReport::missing() const {
  std::vector<std::string> pairs;
  for (int type = 0; type <= static_cast<int>(StrategyType::all_at_once); ++type) {
    for (int kind = 0; kind < kFaultKinds; ++kind) {
      const std::string strategy(to_string(static_cast<StrategyType>(type)));
      const std::string fault(to_string(static_cast<FaultKind>(kind)));
      if (!by_fault.contains({strategy, fault})) pairs.push_back(strategy + " " + fault);
    }
  }
  return pairs;
}

base::Result<SimulationReport> simulate_many(uint64_t first, uint64_t count_of, const Rollout* file,
                                             Sabotage sabotage) {
  SimulationReport report;
  report.first = first;
  for (uint64_t seed = first; seed < first + count_of; ++seed) {
    TRY_ASSIGN(const Scenario scenario, draw(seed, file));
    const Simulated simulated = simulate(scenario, sabotage);
    count(scenario, simulated, report);
    if (simulated.violations.empty()) continue;
    report.broken = broken_by(scenario, sabotage);
    break;
  }
  return report;
}

base::Json to_json(const SimulationReport& report) {
  JsonObject json{{"first_seed", report.first}, {"rollouts", report.rollouts}, {"records", report.records}};
  JsonObject outcomes;
  for (const auto& [outcome, times] : report.by_outcome) outcomes[outcome] = times;
  json["outcomes"] = std::move(outcomes);
  JsonArray cells;
  for (const auto& [cell, ends] : report.by_fault) {
    JsonObject row{{"strategy", cell.first}, {"fault", cell.second}};
    for (const auto& [outcome, times] : ends) row[outcome] = times;
    cells.push_back(std::move(row));
  }
  json["faults"] = std::move(cells);
  if (report.broken) {
    JsonArray story;
    for (const std::string& line : report.broken->story) story.push_back(base::Json(line));
    json["broken"] = JsonObject{{"seed", report.broken->seed},
                                {"promise", fmt::format("I{}", report.broken->violation.promise)},
                                {"what", report.broken->violation.what},
                                {"story", std::move(story)}};
  }
  return json;
}

std::string to_text(const SimulationReport& report) {
  if (report.broken) {
    std::string text = fmt::format("seed {} breaks I{}: {}\n", report.broken->seed, report.broken->violation.promise,
                                   report.broken->violation.what);
    for (const std::string& line : report.broken->story) text += line + "\n";
    return text;
  }
  std::map<std::string, std::map<std::string, uint64_t>> faults;
  for (const auto& [cell, ends] : report.by_fault) {
    for (const auto& [outcome, times] : ends) faults[cell.second][outcome] += times;
  }
  std::vector<std::vector<std::string>> rows = {{"FAULT", "COMPLETED", "ROLLED BACK", "FAILED", "HELD"}};
  for (auto& [fault, ends] : faults) {
    rows.push_back({fault, std::to_string(ends["completed"]), std::to_string(ends["rolled_back"]),
                    std::to_string(ends["failed"]), std::to_string(ends["held"])});
  }
  std::string text = base::cli::format_table(rows);
  text += fmt::format("\n{} rollouts, {} records, seeds {} to {}: no promise broken\n", report.rollouts, report.records,
                      report.first, report.first + report.rollouts - 1);
  return text;
}

}  // namespace trunkline::deployer
