#pragma once

#include "base/yaml/yaml.h"
#include "pipelines/workflow/finding.h"
#include "pipelines/workflow/source.h"
#include "pipelines/workflow/workflow.h"

// One function a group of rules, each pure; private to the linter.
namespace trunkline::pipelines {

// Ids of jobs and steps: their form, and no two that differ only in case (structure).
void check_ids(const Workflow& workflow, Findings& findings);

// unknown-need, circular-needs.
void check_needs(const Workflow& workflow, Findings& findings);

// expression-syntax, unknown-context: every ${{ }} below `root`, keys included, and the conditions of `workflow`.
void check_expressions(const base::YamlNode& root, const Workflow& workflow, const Source& source, Findings& findings);

}  // namespace trunkline::pipelines
