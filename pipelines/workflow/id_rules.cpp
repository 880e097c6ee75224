#include <fmt/format.h>
#include <unordered_map>

#include "pipelines/workflow/rules.h"
#include "pipelines/workflow/words.h"

namespace trunkline::pipelines {
namespace {

// The ids of one kind in one scope.
class Ids {
 public:
  Ids(std::string_view kind, Findings& findings) : kind_(kind), findings_(findings) {}

  void add(const Word& id) {
    if (!is_identifier(id.text)) {
      findings_.error(Rule::structure, id.place,
                      fmt::format("the id \"{}\" of a {} is not of the form [A-Za-z_][A-Za-z0-9_-]*", id.text, kind_));
      return;
    }
    const auto [first, fresh] = lines_.emplace(lower_case(id.text), id.place.line);
    if (fresh) return;
    findings_.error(Rule::structure, id.place,
                    fmt::format("two {}s have the id \"{}\" (first on line {})", kind_, id.text, first->second));
  }

 private:
  std::string_view kind_;
  Findings& findings_;
  std::unordered_map<std::string, int> lines_;
};

void add_steps(const std::vector<Step>& steps, Ids& ids) {
  for (const Step& step : steps) {
    if (step.id) ids.add(*step.id);
    add_steps(step.parallel, ids);
  }
}

}  // namespace

void check_ids(const Workflow& workflow, Findings& findings) {
  Ids jobs("job", findings);
  for (const Job& job : workflow.jobs) {
    jobs.add(job.id);
    Ids steps("step", findings);
    add_steps(job.steps, steps);
  }
}

}  // namespace trunkline::pipelines
