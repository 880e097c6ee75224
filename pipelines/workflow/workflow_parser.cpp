#include <algorithm>
#include <fmt/format.h>

#include "pipelines/workflow/keys.h"
#include "pipelines/workflow/workflow.h"

namespace trunkline::pipelines {
namespace {

using base::YamlMember;
using base::YamlNode;

class Parser {
 public:
  explicit Parser(Findings& findings) : findings_(findings) {}
  Workflow workflow(const YamlNode& root);

 private:
  Job job(const YamlMember& member);
  std::vector<Word> needs(const YamlNode& node);
  std::vector<Step> steps(const YamlNode& list, std::string_view key);
  Step step(const YamlNode& node);
  void check_acts(const YamlNode& node);
  void check_runner(const YamlMember& job);
  void check_shared_keys(const YamlNode& node);
  const YamlNode* condition(const YamlNode& node);

  void wrong(base::Position place, std::string message) { findings_.error(Rule::structure, place, std::move(message)); }

  Findings& findings_;
};

Workflow Parser::workflow(const YamlNode& root) {
  Workflow workflow;
  if (!root.is_mapping()) {
    wrong(root.start, "expected a workflow: a mapping with on and jobs");
    return workflow;
  }
  check_keys(&root, "a workflow", kWorkflowKeys, findings_);
  check_shared_keys(root);
  if (root.find("on") == nullptr) wrong(root.start, "on is missing: it says which events start the workflow");
  const YamlMember* jobs = root.find_member("jobs");
  if (jobs == nullptr) {
    wrong(root.start, "jobs is missing");
  } else if (!jobs->value.is_mapping() || jobs->value.members.empty()) {
    wrong(jobs->key.start, "jobs: expected a mapping with at least one job");
  } else {
    for (const YamlMember& member : jobs->value.members) workflow.jobs.push_back(job(member));
  }
  return workflow;
}

// What workflows and jobs have in common.
void Parser::check_shared_keys(const YamlNode& node) {
  check_keys(node.find("concurrency"), "concurrency", kConcurrencyKeys, findings_);
  const YamlNode* defaults = node.find("defaults");
  check_keys(defaults, "defaults", kDefaultsKeys, findings_);
  if (defaults != nullptr) check_keys(defaults->find("run"), "defaults.run", kRunDefaultsKeys, findings_);
}

Job Parser::job(const YamlMember& member) {
  Job job;
  job.id = {member.key.text, member.key.start};
  const YamlNode& node = member.value;
  if (!node.is_mapping()) {
    wrong(member.key.start, fmt::format("job \"{}\": expected a mapping", job.id.text));
    return job;
  }
  check_keys(&node, "a job", kJobKeys, findings_);
  check_shared_keys(node);
  check_keys(node.find("strategy"), "strategy", kStrategyKeys, findings_);
  check_runner(member);
  job.condition = condition(node);
  if (const YamlNode* found = node.find("needs")) job.needs = needs(*found);
  if (const YamlMember* found = node.find_member("steps")) {
    if (found->value.is_sequence()) {
      job.steps = steps(found->value, "steps");
    } else {
      wrong(found->key.start, "steps: expected a list");
    }
  }
  return job;
}

void Parser::check_runner(const YamlMember& job) {
  const YamlMember* called = job.value.find_member("uses");
  if (called == nullptr) {
    if (job.value.find("runs-on") != nullptr) return;
    wrong(job.key.start, fmt::format("job \"{}\" has neither runs-on nor uses", job.key.text));
    return;
  }
  for (const std::string_view key : {"runs-on", "steps"}) {
    if (const YamlMember* found = job.value.find_member(key)) {
      wrong(found->key.start, fmt::format("a job that calls a workflow (uses) has no {} of its own", key));
    }
  }
}

std::vector<Word> Parser::needs(const YamlNode& node) {
  std::vector<Word> words;
  const auto add = [&](const YamlNode& item) {
    if (item.is_scalar()) {
      words.push_back({item.text, item.start});
    } else {
      wrong(item.start, "needs: expected the id of a job or a list of ids");
    }
  };
  if (node.is_sequence()) {
    std::for_each(node.items.begin(), node.items.end(), add);
  } else {
    add(node);
  }
  return words;
}

std::vector<Step> Parser::steps(const YamlNode& list, std::string_view key) {
  std::vector<Step> steps;
  for (const YamlNode& item : list.items) {
    if (item.is_mapping()) {
      steps.push_back(step(item));
    } else {
      wrong(item.start, fmt::format("{}: expected a step: a mapping with run or uses", key));
    }
  }
  return steps;
}

Step Parser::step(const YamlNode& node) {
  check_keys(&node, "a step", kStepKeys, findings_);
  check_acts(node);
  Step step;
  step.place = node.start;
  step.condition = condition(node);
  if (const YamlNode* id = node.find("id"); id != nullptr) step.id = Word{id->text, id->start};
  if (const YamlMember* group = node.find_member("parallel")) {
    if (group->value.is_sequence()) {
      step.parallel = steps(group->value, "parallel");
    } else {
      wrong(group->key.start, "parallel: expected a list of steps");
    }
  }
  return step;
}

void Parser::check_acts(const YamlNode& node) {
  const YamlMember* act = nullptr;
  for (const YamlMember& member : node.members) {
    if (std::find(std::begin(kStepActs), std::end(kStepActs), member.key.text) == std::end(kStepActs)) continue;
    if (act != nullptr) {
      wrong(member.key.start, fmt::format("a step has either {} or {}, not both", act->key.text, member.key.text));
    } else {
      act = &member;
    }
  }
  if (act == nullptr) wrong(node.start, "a step needs run or uses");
}

const YamlNode* Parser::condition(const YamlNode& node) {
  const YamlNode* found = node.find("if");
  if (found == nullptr || found->is_null()) return nullptr;
  if (found->is_scalar()) return found;
  wrong(found->start, "if: expected an expression");
  return nullptr;
}

}  // namespace

Workflow parse_workflow(const YamlNode& root, Findings& findings) {
  return Parser(findings).workflow(root);
}

}  // namespace trunkline::pipelines
