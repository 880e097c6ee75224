#include "flags/definition/rule.h"

#include "base/core/text.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;

JsonArray arguments_of(const Rule& rule) {
  JsonArray array;
  for (const Rule& argument : rule.arguments) array.push_back(to_json(argument));
  return array;
}

Json operation(std::string_view name, Json arguments) {
  return JsonObject{{boost::json::string_view(name), std::move(arguments)}};
}

Json variable(const Rule& rule) {
  if (rule.arguments.empty()) return operation("var", rule.literal);
  return operation("var", JsonArray{rule.literal, to_json(rule.arguments.front())});
}

}  // namespace

Json to_json(const Rule& rule) {
  switch (rule.op) {
    case Op::literal:
      return rule.literal;
    case Op::array:
    case Op::bucket:
      return arguments_of(rule);
    case Op::reference:
      return operation("$ref", boost::json::string(rule.name));
    case Op::var:
      return variable(rule);
    case Op::computed_var:
      return operation("var", arguments_of(rule));
    default:
      return operation(find_operator(rule.op)->name, arguments_of(rule));
  }
}

std::vector<std::string> split_path(std::string_view name) {
  if (name.empty()) return {};
  std::vector<std::string> path;
  for (const std::string_view part : base::split(name, '.')) path.emplace_back(part);
  return path;
}

}  // namespace trunkline::flags
