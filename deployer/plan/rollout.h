#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "deployer/plan/metric.h"

// The rollout file as plain values. See docs/formats/rollout.md.
namespace trunkline::deployer {

struct Instance {
  std::string id;  // also the name of its server at the load balancer
  std::string host;
  int port = 0;

  std::string address() const { return host + ":" + std::to_string(port); }
  bool operator==(const Instance&) const = default;
};

// A count, or a share of the fleet.
struct Amount {
  double value = 0;
  bool is_percent = false;

  int floor_of(int total) const;    // 25% of 10 is 2
  int ceiling_of(int total) const;  // 25% of 10 is 3
};

struct HttpProbe {
  std::string path;
  base::Millis period{1000};
  base::Millis timeout{2000};
  int failure_threshold = 60;  // so many failures without enough successes, and the instance is given up
  int success_threshold = 1;   // successes in a row
};

struct Probes {
  std::optional<HttpProbe> startup;
  std::optional<HttpProbe> readiness;
  std::optional<HttpProbe> identity;  // a JSON answer whose "version" (and "digest", if given) are the revision's
};

struct Traffic {
  std::vector<std::string> endpoints;  // paths of HAProxy's admin sockets, absolute
  std::string service;                 // the backend
  base::Millis drain_timeout{30'000};
};

enum class StrategyType { one_box, rolling };
std::string_view to_string(StrategyType type);  // "oneBox" | "rolling"

struct Strategy {
  StrategyType type = StrategyType::rolling;
  Amount max_unavailable{1, false};
  base::Millis bake{0};                 // oneBox: after the box; rolling: after every batch
  base::Millis post_promotion_bake{0};  // after the last one
};

struct Analysis {
  std::vector<Metric> background;  // judged in every bake
  Missing on_missing = Missing::inconclusive;
};

struct Rollout {
  std::string file;  // as named on the command line
  std::string service;
  std::string environment = "production";
  std::string artifact_ref;     // the path behind "file:", absolute
  std::string artifact_digest;  // "" where the file pins none
  base::Where artifact_at;      // where the file says so, for what is found out later
  base::Where min_healthy_at;
  std::vector<std::string> command;
  std::map<std::string, std::string> variables;  // the instances' environment
  std::vector<Instance> instances;
  Amount min_healthy{50, true};
  base::Millis stop_grace{10'000};  // from SIGTERM to SIGKILL
  std::optional<Traffic> traffic;
  Probes probes;
  Strategy strategy;
  Analysis analysis;
};

// Reads the text of a rollout file. Kind::invalid with file:line:column for the first thing that is wrong: broken YAML,
// unknown keys (with the nearest known one), missing or wrong values. Touches nothing.
base::Result<Rollout> parse_rollout(std::string_view text, std::string_view file);

}  // namespace trunkline::deployer
