#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/yaml/yaml.h"
#include "pipelines/workflow/finding.h"

// A workflow file as plain values; everything knows its place in the file.
namespace trunkline::pipelines {

struct Word {
  std::string text;
  base::Position place;
};

struct Step {
  base::Position place;
  std::optional<Word> id;
  const base::YamlNode* condition = nullptr;  // its `if`
  std::vector<Step> parallel;
};

struct Job {
  Word id;
  std::vector<Word> needs;
  const base::YamlNode* condition = nullptr;
  std::vector<Step> steps;
};

struct Workflow {
  std::vector<Job> jobs;  // in the file's order
};

// Reads as much as there is: what does not fit becomes findings (unknown-key, structure) and is left out.
// The conditions point into `root`.
Workflow parse_workflow(const base::YamlNode& root, Findings& findings);

}  // namespace trunkline::pipelines
