#include "flags/definition/rule.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::flags {
namespace {

using base::Json;
using Compiled = tl::expected<Rule, RuleError>;

struct Operator {
  std::string_view name;
  Op op;
};

constexpr Operator kOperators[] = {
    {"var", Op::var},
    {"if", Op::if_},
    {"?:", Op::if_},
    {"==", Op::equal},
    {"===", Op::strict_equal},
    {"!=", Op::not_equal},
    {"!==", Op::strict_not_equal},
    {"<", Op::less},
    {"<=", Op::less_equal},
    {">", Op::greater},
    {">=", Op::greater_equal},
    {"!", Op::not_},
    {"!!", Op::truth},
    {"and", Op::and_},
    {"or", Op::or_},
    {"in", Op::in},
    {"starts_with", Op::starts_with},
    {"ends_with", Op::ends_with},
    {"fractional", Op::fractional},
};

class Compiler {
 public:
  Compiled compile(const Json& json) {
    if (const auto* array = json.if_array()) return list(Op::array, *array);
    if (const auto* object = json.if_object(); object != nullptr && object->size() == 1) {
      return operation(object->begin()->key(), object->begin()->value());
    }
    return Rule{.literal = json};
  }

 private:
  Compiled operation(std::string_view name, const Json& arguments) {
    const auto* known = std::find_if(std::begin(kOperators), std::end(kOperators),
                                     [&](const Operator& candidate) { return candidate.name == name; });
    if (known == std::end(kOperators)) return refuse(name);
    path_.emplace_back(name);
    const auto* array = arguments.if_array();
    // A single argument may stand without its brackets.
    Compiled rule = array != nullptr ? list(known->op, *array) : single(known->op, arguments);
    path_.pop_back();
    if (rule && known->op == Op::var) take_name(*rule);
    return rule;
  }

  Compiled single(Op op, const Json& argument) {
    Compiled inner = compile(argument);
    if (!inner) return inner;
    Rule rule{.op = op};
    rule.arguments.push_back(*std::move(inner));
    return rule;
  }

  Compiled list(Op op, const base::JsonArray& array) {
    Rule rule{.op = op};
    rule.arguments.reserve(array.size());
    for (size_t i = 0; i < array.size(); ++i) {
      path_.push_back(std::to_string(i));
      const auto* bucket = op == Op::fractional ? array[i].if_array() : nullptr;
      Compiled inner = bucket != nullptr ? list(Op::bucket, *bucket) : compile(array[i]);
      path_.pop_back();
      if (!inner) return inner;
      rule.arguments.push_back(*std::move(inner));
    }
    return op == Op::array ? fold(std::move(rule), array) : std::move(rule);
  }

  // An array of plain values is a plain value.
  static Rule fold(Rule rule, const base::JsonArray& array) {
    const bool plain = std::all_of(rule.arguments.begin(), rule.arguments.end(),
                                   [](const Rule& item) { return item.op == Op::literal; });
    return plain ? Rule{.literal = Json(array)} : rule;
  }

  // {"var": "a.b"}: the name is split now instead of at every evaluation, and leaves the arguments.
  static void take_name(Rule& rule) {
    if (rule.arguments.empty()) return;
    const Rule& name = rule.arguments.front();
    if (name.op != Op::literal || name.literal.is_structured()) return;
    if (name.literal.is_string()) rule.path = split_path(name.literal.as_string());
    if (name.literal.is_number()) rule.path = split_path(number_text(name.literal));
    rule.arguments.front() = Rule{};
  }

  tl::unexpected<RuleError> refuse(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Operator& known : kOperators) names.push_back(known.name);
    std::vector<std::string> path = path_;
    path.emplace_back(name);
    return tl::unexpected(
        RuleError{fmt::format("unknown operator \"{}\"{}", name, base::did_you_mean(name, names)), std::move(path)});
  }

  std::vector<std::string> path_;
};

}  // namespace

Compiled compile_rule(const Json& json) {
  return Compiler().compile(json);
}

std::vector<std::string> split_path(std::string_view name) {
  if (name.empty()) return {};
  std::vector<std::string> path;
  for (const std::string_view part : base::split(name, '.')) path.emplace_back(part);
  return path;
}

std::string number_text(const Json& number) {
  if (number.is_int64()) return std::to_string(number.as_int64());
  if (number.is_uint64()) return std::to_string(number.as_uint64());
  const double value = number.as_double();
  const bool whole = std::trunc(value) == value && std::abs(value) < 1e21;
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

}  // namespace trunkline::flags
