#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"
#include "pipelines/workflow/expression.h"
#include "pipelines/workflow/words.h"

namespace trunkline::pipelines {
namespace {

struct Function {
  std::string_view name;
  size_t fewest;
  size_t most;
};
constexpr size_t kMany = 255;
constexpr Function kFunctions[] = {
    {"contains", 2, 2},      {"startsWith", 2, 2},  {"endsWith", 2, 2},    {"format", 1, kMany}, {"join", 1, 2},
    {"toJSON", 1, 1},        {"fromJSON", 1, 1},    {"case", 3, kMany},    {"always", 0, 0},     {"cancelled", 0, 0},
    {"hashFiles", 1, kMany}, {"success", 0, kMany}, {"failure", 0, kMany},
};
constexpr std::string_view kContexts[] = {"github", "env",     "vars",     "job",    "jobs",  "steps",
                                          "runner", "secrets", "strategy", "matrix", "needs", "inputs"};

const Function* find_function(std::string_view name) {
  const auto found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                  [&](const Function& function) { return same_ignoring_case(function.name, name); });
  return found == std::end(kFunctions) ? nullptr : found;
}

std::string explain_function(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Function& function : kFunctions) known.push_back(function.name);
  return fmt::format("unknown function \"{}\"{}", name, base::did_you_mean(name, known));
}

std::string explain_context(std::string_view name) {
  if (find_function(name) != nullptr) return fmt::format("\"{0}\" is a function: write {0}()", name);
  return fmt::format("unknown context \"{}\"{}", name,
                     base::did_you_mean(name, {std::begin(kContexts), std::end(kContexts)}));
}

std::string wanted(const Function& function) {
  if (function.most == kMany) return fmt::format("at least {} arguments", function.fewest);
  if (function.most != function.fewest) return fmt::format("{} to {} arguments", function.fewest, function.most);
  return function.most == 1 ? "1 argument" : fmt::format("{} arguments", function.most);
}

void check_call(const Expression& call, std::vector<NameError>& errors) {
  const Function* function = find_function(call.text);
  if (function == nullptr) {
    errors.push_back({{call.offset, explain_function(call.text)}, false});
    return;
  }
  const size_t given = call.children.size();
  if (given >= function->fewest && given <= function->most) return;
  errors.push_back(
      {{call.offset, fmt::format("{} takes {}, got {}", function->name, wanted(*function), given)}, false});
}

void check(const Expression& node, std::vector<NameError>& errors) {
  if (node.kind == ExpressionKind::call) check_call(node, errors);
  if (node.kind == ExpressionKind::context) {
    const bool known = std::any_of(std::begin(kContexts), std::end(kContexts),
                                   [&](std::string_view name) { return same_ignoring_case(name, node.text); });
    if (!known) errors.push_back({{node.offset, explain_context(node.text)}, true});
  }
  for (const Expression& child : node.children) check(child, errors);
}

}  // namespace

std::vector<NameError> check_names(const Expression& expression) {
  std::vector<NameError> errors;
  check(expression, errors);
  return errors;
}

}  // namespace trunkline::pipelines
