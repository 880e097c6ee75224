#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "deployer/haproxy/dial_rules.h"
#include "deployer/plan/choices.h"
#include "deployer/plan/metric.h"
#include "deployer/plan/step.h"

// The rollout file as plain values. See docs/formats/rollout.md.
namespace trunkline::deployer {

// A place where an instance runs.
struct Instance {
  std::string id;  // unique in the service; a twin's is its instance's with "-twin" behind
  std::string host;
  int port = 0;
  std::string server = {};                         // its name at the load balancer; a twin has its instance's
  std::map<std::string, std::string> labels = {};  // what waves select by

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
  std::string host = {};       // of the Host field; "" for the instance's address

  bool operator==(const HttpProbe&) const = default;
};

struct Probes {
  std::string host;  // of the Host field in all of them and in scrapes; "" for the instance's address
  std::optional<HttpProbe> startup;
  std::optional<HttpProbe> readiness;
  std::optional<HttpProbe> liveness;  // asked by the instance's supervisor, which starts it again where it fails
  std::optional<HttpProbe> identity;  // a JSON answer whose "version" (and "digest", if given) are the revision's
};

// What becomes of connections that outlast the drain's timeout.
enum class DrainEnd {
  close,  // they are cut, and counted
  hold    // they stay, and the rollout is held
};

struct Traffic {
  std::vector<std::string> endpoints;  // paths of HAProxy's admin sockets, absolute
  std::string service;                 // the backend
  base::Millis drain_timeout{30'000};
  DrainEnd drain_end = DrainEnd::close;
  // For strategies that send a share of users to a second set of instances:
  std::string twin;                  // the backend of the second set
  std::string map;                   // the map file as HAProxy's configuration names it; "" where no share can be set
  std::string key;                   // of the service in the map
  std::optional<Identify> identify;  // what HAProxy is set up for, if the file says so; `deployer doctor` asks
  std::string preview;               // "X-Release: canary"; "" where there is none
  base::Millis lease{30'000};        // how long a share holds when nobody renews it
  int quorum = 0;                    // how many balancers must take a change; 0: all
  std::string state_file;            // where HAProxy reads its servers' state after a reload; "" where it does not
};

// inPlace    each instance where it stands, without bakes; a fleet of one is allowed
// rolling    batch after batch where they stand
// oneBox     one instance, a bake, then the rest
// canary     a second set of instances beside the first, shares of users by steps
// linear     the same, the share grows evenly
// blueGreen  the same, shown to who asks for it first, then to all at once
// allAtOnce  the same, to all at once
enum class StrategyType { in_place, rolling, one_box, canary, linear, blue_green, all_at_once };
constexpr Choices<StrategyType, 7> kStrategyTypes{
    {"inPlace", "rolling", "oneBox", "canary", "linear", "blueGreen", "allAtOnce"},
    {StrategyType::in_place, StrategyType::rolling, StrategyType::one_box, StrategyType::canary, StrategyType::linear,
     StrategyType::blue_green, StrategyType::all_at_once}};
std::string_view to_string(StrategyType type);
// Whether the new revision runs beside the old one and users are moved by shares.
bool by_share(StrategyType type);

struct Strategy {
  StrategyType type = StrategyType::rolling;
  Amount max_unavailable{1, false};
  base::Millis bake{0};    // oneBox: after the box; rolling: after every batch
  std::vector<Step> ramp;  // by share: Expose (its dials are filled in), Bake and Ask
  base::Millis post_promotion_bake{0};
  bool keep_old = true;  // by share: the old revision stays hot until that bake is over
  base::Millis progress_deadline{600'000};
};

// Instances that are released together, before others.
struct Wave {
  std::string name;
  Batch instances;  // of Rollout::instances
  std::optional<Amount> max_unavailable;
  base::Millis bake{0};
  std::string service;  // by share: its own pair of backends at the balancer; "" for the rollout's
  std::string twin;
};

struct Analysis {
  std::vector<Metric> metrics;  // of all templates that are used
  std::vector<int> background;  // those that are judged in every bake
  Missing on_missing = Missing::inconclusive;
};

// A command that runs once a revision, with the new artifact.
struct Task {
  std::string name;
  std::vector<std::string> command;
  bool contract = false;  // after the old revision is gone for good, else before the new one starts
  base::Millis timeout{300'000};
};

struct Hooks {
  std::map<HookPoint, std::vector<std::vector<std::string>>> commands;
  base::Millis timeout{300'000};
};

// A file that the configuration of a revision is made of.
struct ConfigFile {
  std::string name;            // of the file, without its folder
  std::filesystem::path path;  // absolute
  base::Where at;              // where the rollout file says so
};

// Part of the revision: it goes forward and back together with the artifact.
struct Config {
  std::vector<ConfigFile> files;    // copied; instances find them in one folder
  std::vector<ConfigFile> secrets;  // only watched: another content is another revision
};

struct Rollout {
  std::string file;  // as named on the command line
  std::string service;
  std::string environment = "production";
  std::string owner;            // for people
  std::string runbook;          // for people: a path or an address
  std::string artifact_ref;     // the path behind "file:", absolute; a packed artifact or a folder
  std::string artifact_digest;  // "" where the file pins none
  base::Where artifact_at;      // where the file says so, for what is found out later
  int keep_releases = 5;        // unpacked artifacts, beside those that are needed
  Config config;
  base::Where min_healthy_at;
  std::vector<std::string> command;
  std::map<std::string, std::string> variables;  // the instances' environment
  std::vector<Instance> instances;
  std::vector<Instance> twins;  // one an instance, or none: where the second set of instances runs
  std::vector<Wave> waves;      // in the order in which they are released; none: all are one wave
  Amount min_healthy{50, true};
  bool says_min_healthy = false;
  base::Millis stop_grace{10'000};  // from SIGTERM to SIGKILL
  std::optional<Traffic> traffic;
  Probes probes;
  Strategy strategy;
  base::Where strategy_at;
  Analysis analysis;
  std::vector<Task> tasks;
  Hooks hooks;
  bool auto_rollback = true;
  bool verify_first = true;  // on the way back the stable side must be healthy before users are sent to it
};

// The instances, then their twins, as Plan::places numbers them.
const Instance& place_at(const Rollout& rollout, int place);
std::vector<Instance> places_of(const Rollout& rollout);

// Reads the text of a rollout file. Kind::invalid with file:line:column for the first thing that is wrong: broken YAML,
// unknown keys (with the nearest known one), missing or wrong values. Touches nothing.
base::Result<Rollout> parse_rollout(std::string_view text, std::string_view file);

}  // namespace trunkline::deployer
