#pragma once

#include <map>
#include <string>
#include <vector>

#include "deployer/plan/fields.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

extern const Table kAnalysisKeys;

// Which metrics of Analysis::metrics a template's name stands for.
struct Templates {
  std::map<std::string, std::vector<int>, std::less<>> metrics;
  std::vector<base::Where> places;  // where each metric says its interval

  // Kind::invalid at `node`, with the nearest name, if there is none of that name.
  base::Result<std::vector<int>> find(const std::string& name, const base::YamlNode& node, std::string_view path,
                                      std::string_view file) const;
};

// `analysis`: all its templates, and which of them are in the background.
base::Result<Templates> read_analysis(const Fields& root, Analysis& analysis);

// All bakes of a strategy, as (length, metrics of its own); a length of 0 is no bake.
std::vector<std::pair<base::Millis, std::vector<int>>> bakes_of(const Rollout& rollout);

// A metric that is never measured in some bake would pass by silence: Kind::invalid.
base::Result<> check_bakes(const Templates& templates, const Rollout& rollout);

}  // namespace trunkline::deployer
